"""What a Cellebrite report says of the device, the extraction and its files: facts of the source and vendor hashes.

`metadata > item` names are the vendor's own and stay the same in every report language; they differ between
versions, so they are compared without the `DeviceInfo` prefix, punctuation and case. Facts are repeated as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from triage.model import SourceFact, VendorHash
from triage.readers.ufed_model import Item, Root, TaggedFile

Algorithm = Literal["md5", "sha1", "sha256"]

_FACTS: dict[str, str] = {
    "timezone": "zone",
    "timezonesettingsid": "zone",
    "timezonesettings": "zone",
    "ownername": "owner",
    "owner": "owner",
    "devicename": "device_name",
    "detectedmanufacturer": "manufacturer",
    "selectedmanufacturer": "manufacturer",
    "detectedmodel": "model",
    "detectedphonemodel": "model",
    "selecteddevicename": "model",
    "modelnumber": "model_number",
    "serial": "serial",
    "serialnumber": "serial",
    "imsi": "imsi",
    "iccid": "iccid",
    "androidid": "android_id",
    "appleid": "apple_id",
    "osversion": "os",
    "ostype": "os",
    "revision": "os",
    "extractiontype": "extraction_type",
    "extractionstartdatetime": "extraction_started",
    "extractionenddatetime": "extraction_ended",
    "unitidentifier": "extraction_unit",
    "unitversion": "extraction_unit_version",
    "phonenumber": "msisdn",
}
_HEX: dict[Algorithm, re.Pattern[str]] = {
    "md5": re.compile(r"[0-9a-f]{32}\Z"),
    "sha1": re.compile(r"[0-9a-f]{40}\Z"),
    "sha256": re.compile(r"[0-9a-f]{64}\Z"),
}


def plain_name(name: str) -> str:
    """An item's name for comparing: `DeviceInfoTimeZone` → `timezone`."""
    return re.sub(r"[\W_]+", "", name).lower().removeprefix("deviceinfo")


def fact_of(item: Item) -> SourceFact | None:
    """The fact of a metadata item, or None for one that says nothing of the device or the extraction."""
    if not item.value:
        return None
    if item.section == "case":
        return SourceFact(key="case_field", value=f"{item.name}: {item.value}")
    if item.section == "extraction":
        return SourceFact(key="extraction", value=f"{item.name} ({item.value})" if item.name else item.value)
    name = plain_name(item.name)
    if "imei" in name and any(ch.isdigit() for ch in item.value):
        return SourceFact(key="imei", value=item.value)
    if "msisdn" in name:
        return SourceFact(key="msisdn", value=item.value)
    key = _FACTS.get(name)
    if key is None:
        return None
    value = item.value.lstrip("_") if key == "zone" else item.value
    return SourceFact(key=key, value=value)


def decoder_of(event: Item | Root) -> str:
    """`Cellebrite UFED PA 7.5.0.845` from the version item; the report's version from the root; else empty."""
    if isinstance(event, Root):
        version = event.attributes.get("reportVersion", "")
        return f"Cellebrite report version {version}" if version else ""
    if plain_name(event.name) == "ufedpaversion" and event.value:
        return f"Cellebrite UFED PA {event.value}"
    return ""


def hashes_of(file: TaggedFile) -> Iterator[VendorHash]:
    """The hashes of a tagged file that lies in the report's container."""
    named = {plain_name(name): value for name, value in file.items.items()}
    path = named.get("localpath", "").replace("\\", "/").lstrip("/")
    if not path:
        return
    for algorithm, pattern in _HEX.items():
        value = (named.get(algorithm) or named.get(f"{algorithm}hash") or "").strip().lower()
        if pattern.match(value):
            yield VendorHash(path=path, algorithm=algorithm, value=value)
