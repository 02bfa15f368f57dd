"""What machines ask of the portal: alive, and ready."""
