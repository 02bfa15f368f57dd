"""What a browser is, in words, by what it calls itself."""

from __future__ import annotations

BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
            ("HeadlessChrome", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"), ("curl", "curl"))  # fmt: skip
SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
           ("Mac OS X", "macOS"), ("Linux", "Linux"))  # fmt: skip
"""Marks in the order in which they tell: many browsers call themselves by the names of others, too."""


def words_of(user_agent: str | None) -> str:
    """Give a browser and its system in words, as far as they are known: "Firefox on Windows"."""
    given = user_agent or ""
    browser = next((words for mark, words in BROWSERS if mark in given), None)
    system = next((words for mark, words in SYSTEMS if mark in given), None)
    if browser and system:
        return f"{browser} on {system}"
    return browser or (f"A browser on {system}" if system else "An unknown device")
