"""What is on show: each component of `templates/ui/` by its file's name, what it is for, in groups."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Component:
    """One macro of `templates/ui/`, with its template of samples in `templates/styleguide/`."""

    name: str
    sentence: str

    @property
    def words(self) -> str:
        """Give its name as a heading has it."""
        return self.name.replace("_", " ").capitalize()


def _group(lines: str) -> list[Component]:
    return [Component(name.strip(), sentence.strip()) for name, sentence in (
        line.split(":", 1) for line in lines.strip().splitlines())]  # fmt: skip


GROUPS: dict[str, list[Component]] = {
    "Doing": _group("""
        button: Does something, or leads somewhere. One primary button a page.
        menu: What is done less often, behind one button.
        dialog: Says first what will happen, and asks.
        copy: Something to take elsewhere: an id, an address, a secret shown once.
    """),
    "Filling in": _group("""
        field: What it is at the left, the control at the right, its range in words below.
        secret: Written and never shown: only whether it is set, since when and by whom.
        passkey: Asks the device for a passkey, and sends its answer.
        errors: What is wrong, above a form that came back, with a way to each field.
        save_bar: Stands at the foot of a form once something has changed.
    """),
    "Figures": _group("""
        figure: One of the strip of figures, with its limit as a meter.
        meter: How much of a limit is used, with a tick at 80 %.
        chart: Days as bars, with the limit as a line and the numbers behind.
        outcomes: What came of the last deliveries, one stroke each.
        live: Says that a page’s figures keep up by themselves, or since when they do not.
        spark: The shape of a series, where its numbers stand elsewhere.
    """),
    "Reading": _group("""
        tag: A short word with a tint.
        status: What a tenant is now.
        kind: What sort of tenant it is.
        time: A moment as people say it, exact on hover.
        moment: A moment to the minute, in the reader’s zone.
        change: A value before and after.
        description_list: Facts by name.
        avatar: A person’s initials; the same name always has the same tint.
        mark: The product’s mark.
    """),
    "Tables": _group("""
        sort_head: A column’s head that sorts by it, and the table around it.
        pager: Which part of a listing is seen, and the way to the next.
        filter_menu: Choices behind a button, each with how many it gives.
        filter_tag: A filter that is set, and the way to take it off.
        empty: Why there is nothing here, and what to do next.
        skeleton: The size of what is coming, while it comes.
    """),
    "Finding one’s way": _group("""
        breadcrumbs: The way back up.
        tabs: The pages of one thing.
        section_nav: The sections of settings, with what is incomplete marked.
        steps: The steps of something done one after the other, with what is done marked.
    """),
    "Being told": _group("""
        banner: What is special now: why, since when, who can change it.
        message: An answer to what was just done. What failed stays until it is read.
        messages: The one place in the corner where messages appear.
    """),
}
"""The groups of the page, in its order."""
