"""The closed, ordered tuples of readers: the set of code that reads evidence is listed here and nowhere else.

Detection is by content and takes the highest score; the order decides between equal ones.
"""

from triage.model import Reader
from triage.readers import (
    android_calls,
    android_contacts,
    android_sms,
    discord_json,
    facebook_html,
    facebook_json,
    geojson,
    google_chat_json,
    google_location,
    google_voice_html,
    gpx_kml,
    image,
    image_text,
    ios_calls,
    ios_contacts,
    ios_sms,
    kik_db,
    line_txt,
    mail,
    pdf,
    pdf_pages,
    plain_text,
    signal_jsonl,
    skype_db,
    sms_backup_xml,
    snapchat_json,
    sqlite_unknown,
    telegram_html,
    telegram_json,
    tiktok_json,
    ufed_xml,
    vcard,
    viber_db,
    whatsapp_contacts,
    whatsapp_ios,
    whatsapp_ios_book,
    whatsapp_msgstore,
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
    whatsapp_msgstore.READER,
    whatsapp_contacts.READER,
    whatsapp_ios.READER,
    whatsapp_ios_book.READER,
    ios_sms.READER,
    ios_calls.READER,
    ios_contacts.READER,
    android_sms.READER,
    android_contacts.READER,
    android_calls.READER,
    skype_db.READER,
    viber_db.READER,
    kik_db.READER,
    sqlite_unknown.READER,  # any other SQLite database
    telegram_html.READER,
    discord_json.READER,
    google_chat_json.READER,
    google_voice_html.READER,
    google_location.READER,
    gpx_kml.READER,
    geojson.READER,
    facebook_html.READER,
    snapchat_json.READER,
    tiktok_json.READER,
    signal_jsonl.READER,
    line_txt.READER,
    mail.READER,
    pdf.READER,
    plain_text.READER,  # lowest scores: any other text
)
"""First phase: everything but text in pictures and on painted pages."""

OCR_READERS: tuple[Reader, ...] = (image_text.READER, pdf_pages.READER)
"""Second phase: they may start Tesseract."""
