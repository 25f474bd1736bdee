"""The skeleton of a Cellebrite `report.xml`: from XML events to whole models, files and metadata items.

    project > metadata > item · taggedFiles > file · decodedData > modelType > model

A model's children are `field > value`, `multiField > value*`, `modelField > model`, `multiModelField > model*`.
A chat may hold a million messages, so each message is handed on when it ends, with the chat as it is known by then;
participants stand before messages in the report. Namespaces differ between versions: local names count.

Knowledge of the format: the `UFED XML` reports of public parsers (IPED, UFEDLib) described in words, and a published
fragment. Not read: `carvedFiles`, `images`, bookmarks and the vendor's own statistics.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from triage.readers.ufed_model import Event, Finished, Item, Model, Root, TaggedFile
from triage.readers.xml_stream import XmlStream, local_name

MAX_DEPTH = 40
"""Models within models (a reply to a reply …); deeper ones are counted as unread."""
MAX_TAGS = 500
"""Spellings of element names that are remembered."""
_STREAMED = {("Chat", "Messages"), ("Chat", "ActivityLog")}


def _unmet(*_attributes: object) -> None:
    """Stands for an element name that has not been met yet; one that says nothing to us is remembered as None."""


class Tree:
    """Handlers for `XmlStream`: keeps the open models only."""

    def __init__(self) -> None:
        self.stream: XmlStream[Event] = XmlStream(self.start, self.end, with_text=True)
        self.too_deep = 0
        self._text = self.stream.text
        self._emit = self.stream.ready.append
        self._models: list[Model] = []
        self._containers: list[tuple[str, str]] = []
        """(field name, path) of the open modelField or multiModelField of each open model."""
        self._skip = 0
        self._field = ""
        self._multi = False
        self._value: dict[str, str] = {}
        self._base = self._prefix = ""
        self._counts: dict[str, int] = {}
        self._file: TaggedFile | None = None
        self._item: Item | None = None
        self._section = ""
        self._depth = 0
        self._starts: dict[str, Callable[[dict[str, str]], object] | None] = {
            "value": self._start_value,
            "field": self._start_field,
            "model": self._start_model,
            "multiField": self._start_multi_field,
            "modelType": self._start_type,
            **{name: partial(self._start_container, name) for name in ("modelField", "multiModelField")},
            **{name: partial(self._start_other, name) for name in ("file", "metadata", "item", "extractionInfo")},
        }
        self._ends: dict[str, Callable[..., object] | None] = {
            "value": self._end_captured,
            "field": self._end_field,
            "model": self._end_model,
            "modelField": self._end_container,
            "multiModelField": self._end_container,
            "item": self._end_open_item,
            "file": self._end_file,
        }

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        if self._skip:
            self._skip += 1
            return
        if self._depth == 1:
            self._root(local_name(tag), attributes)
        handle = self._starts.get(tag, _unmet)
        if handle is _unmet:
            handle = self._starts.get(local_name(tag))
            if len(self._starts) < MAX_TAGS:
                self._starts[tag] = handle
        if handle is not None:
            handle(attributes)

    def _start_value(self, attributes: dict[str, str]) -> None:
        if self._models and self._field:
            self._value = attributes
            self._capture()

    def _start_field(self, attributes: dict[str, str]) -> None:
        self._field, self._multi = attributes.get("name", ""), False
        if not self._models and self._depth > 1:
            self._item = Item("case", self._field)
            self._capture()

    def _start_multi_field(self, attributes: dict[str, str]) -> None:
        self._field, self._multi = attributes.get("name", ""), True

    def _start_container(self, name: str, attributes: dict[str, str]) -> None:
        if self._models:
            parent = self._models[-1]
            at = parent.children[name] = parent.children.get(name, 0) + 1
            self._containers.append((attributes.get("name", ""), f"{parent.path}/{name}[{at}]"))

    def _start_type(self, _attributes: dict[str, str]) -> None:
        if not self._models and self._depth > 1:
            self._counts["modelType"] = at = self._counts.get("modelType", 0) + 1
            self._base, self._counts["model"] = f"{self._prefix}/modelType[{at}]", 0

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        self._base = "" if name == "model" else f"/{name}"
        self._prefix = f"{self._base}/decodedData" if name == "project" else self._base
        self._emit(Root(name, attributes))

    def _start_model(self, attributes: dict[str, str]) -> None:
        if len(self._models) >= MAX_DEPTH:
            self.too_deep += 1
            self._skip = 1
            return
        if self._models:
            parent = self._models[-1]
            name, base = self._containers[-1] if self._containers else ("", parent.path)
            key = f"{base}/model"
            at = parent.children[key] = parent.children.get(key, 0) + 1
        else:
            name, key = "", f"{self._base}/model"
            at = self._counts["model"] = self._counts.get("model", 0) + 1
        made = Model(attributes.get("type", ""), attributes.get("id", ""), attributes, f"{key}[{at}]", field_name=name)
        self._models.append(made)
        self._containers.append(("", made.path))
        self._field = ""

    def _start_other(self, name: str, attributes: dict[str, str]) -> None:
        """Elements outside models: files and metadata."""
        if self._models:
            return
        if name == "file":
            self._file = self._file or TaggedFile(attributes.get("path", ""))
        elif name == "metadata":
            self._section = attributes.get("section", "")
        elif name == "item":
            self._item = Item(self._section, attributes.get("name", ""))
            self._capture()
        else:
            self._emit(Item("extraction", attributes.get("name", ""), attributes.get("type", "")))

    def _capture(self) -> None:
        self._text.clear()
        self.stream.in_text = True

    def _captured(self) -> str:
        self.stream.in_text = False
        return "".join(self._text)

    def end(self, tag: str) -> None:
        """An element ends."""
        self._depth -= 1
        if self._skip:
            self._skip -= 1
            return
        handle = self._ends.get(tag, _unmet)
        if handle is _unmet:
            handle = self._ends.get(local_name(tag))
            if len(self._ends) < MAX_TAGS:
                self._ends[tag] = handle
        if handle is not None:
            handle()

    def _end_captured(self) -> None:
        if self.stream.in_text and self._models:
            self._end_value(self._captured())

    def _end_field(self) -> None:
        if self._item is not None and not self._models:
            self._end_item()
        self._field = ""

    def _end_container(self) -> None:
        if self._models:
            self._containers.pop()

    def _end_open_item(self) -> None:
        if self._item is not None:
            self._end_item()

    def _end_file(self) -> None:
        if self._file is not None and not self._models:
            self._emit(self._file)
            self._file = None

    def _end_value(self, text: str) -> None:
        model = self._models[-1]
        if self._multi:
            model.lists.setdefault(self._field, []).append(text)
            return
        if text and not model.fields.get(self._field):
            model.fields[self._field] = text
            if self._value.get("format", "TimeStampKnown") == "TimeStampUnknown":
                model.unknown_times.add(self._field)

    def _end_item(self) -> None:
        item = self._item
        assert item is not None
        self._item = None
        item.value = self._captured().strip() if self.stream.in_text else ""
        if self._file is not None:
            self._file.items.setdefault(item.name, item.value)
        else:
            self._emit(item)

    def _end_model(self) -> None:
        made = self._models.pop()
        self._containers.pop()
        self._field = ""
        if not self._models:
            self._emit(Finished(made) if made.type == "Chat" else made)
            return
        parent = self._models[-1]
        if (parent.type, made.field_name) in _STREAMED and len(self._models) == 1:
            made.chat = parent
            self._emit(made)
        else:
            parent.models.setdefault(made.field_name, []).append(made)

    def open_chat(self) -> Model | None:
        """The chat in which the document broke off."""
        return self._models[0] if self._models and self._models[0].type == "Chat" else None

    def unfinished(self) -> int:
        """Records that were begun and not ended: the open message, or the open top-level model that is no chat."""
        return sum(1 for model in self._models[:2] if model.type != "Chat" and model.field_name in ("", "Messages"))
