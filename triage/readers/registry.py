"""The closed, ordered tuples of readers: the set of code that reads evidence is listed here and nowhere else.

Detection is by content and takes the highest score; the order decides between equal ones.
"""

from triage.model import Reader
from triage.readers import (
    facebook_json,
    image,
    image_text,
    plain_text,
    sms_backup_xml,
    telegram_json,
    ufed_xml,
    vcard,
    whatsapp_txt,
)

READERS: tuple[Reader, ...] = (
    ufed_xml.READER,
    sms_backup_xml.READER,
    telegram_json.READER,
    vcard.READER,
    whatsapp_txt.READER,
    image.READER,
    facebook_json.READER,
    plain_text.READER,  # lowest scores: any other text
)
"""First phase: everything but text in pictures."""

OCR_READERS: tuple[Reader, ...] = (image_text.READER,)
"""Second phase: they may start Tesseract."""
