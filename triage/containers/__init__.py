"""Containers: bytes that hold other files. The tuple is closed and ordered; detection takes the highest score."""

from triage.containers import (
    android_backup,
    mail_files,
    office_files,
    ole_files,
    packed,
    pdf_files,
    recognised,
    seven_zip,
    tar_archive,
    whatsapp_crypt,
    zip_archive,
)
from triage.containers.archive import Container

CONTAINERS: tuple[Container, ...] = (
    zip_archive.CONTAINER,
    tar_archive.TAR,  # before single files: a compressed tar is both
    *packed.SINGLE_FILES,
    seven_zip.CONTAINER,
    android_backup.CONTAINER,
    whatsapp_crypt.CONTAINER,
    mail_files.CONTAINER,
    pdf_files.CONTAINER,
    *office_files.CONTAINERS,
    ole_files.CONTAINER,
    *recognised.CONTAINERS,
)
