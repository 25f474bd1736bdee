"""The closed, ordered tuples of readers: the set of code that reads evidence is listed here and nowhere else.

Detection is by content and takes the highest score; the order decides between equal ones.
"""

from triage.model import Reader
from triage.readers import image, sms_backup_xml, ufed_xml

READERS: tuple[Reader, ...] = (
    ufed_xml.READER,
    sms_backup_xml.READER,
    image.READER,
)
"""First phase: everything but text in pictures."""

OCR_READERS: tuple[Reader, ...] = ()
"""Second phase: they may start Tesseract."""
