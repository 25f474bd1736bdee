"""What a UFED report is made of, as read: models with their fields, metadata items, tagged files."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Model:
    """One `model` element with what it holds."""

    type: str
    id: str
    attributes: dict[str, str]
    path: str
    """XPath of the element."""
    fields: dict[str, str] = field(default_factory=dict)
    unknown_times: set[str] = field(default_factory=set)
    """Fields whose time the vendor marks as unknown."""
    lists: dict[str, list[str]] = field(default_factory=dict)
    models: dict[str, list[Model]] = field(default_factory=dict)
    chat: Model | None = None
    """The chat a streamed message stands in."""
    field_name: str = ""
    """The field of the parent that holds it."""
    children: dict[str, int] = field(default_factory=dict)

    def get(self, *names: str) -> str:
        """The first of these fields that is not empty."""
        for name in names:
            if value := self.fields.get(name, ""):
                return value
        return ""

    def first(self, *names: str) -> Model | None:
        """The first model in the first of these fields that has one."""
        for name in names:
            if found := self.models.get(name):
                return found[0]
        return None

    def all(self, *names: str) -> list[Model]:
        """Every model in these fields."""
        return [one for name in names for one in self.models.get(name, ())]

    @property
    def state(self) -> str:
        """`deleted_state` as the vendor gives it."""
        return self.attributes.get("deleted_state", "")


@dataclass(slots=True)
class Finished:
    """A chat has ended: all its messages have been handed on."""

    chat: Model


@dataclass(slots=True)
class TaggedFile:
    """One entry of `taggedFiles`."""

    path: str
    items: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Item:
    """One `item` of a `metadata` section, or a `field` of the case information."""

    section: str
    name: str
    value: str = ""


@dataclass(slots=True)
class Root:
    """The root element's own attributes."""

    name: str
    attributes: dict[str, str]


Event = Model | Finished | TaggedFile | Item | Root
