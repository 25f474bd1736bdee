"""Containers: bytes that hold other files. The tuple is closed and ordered; detection takes the highest score."""

from triage.containers import mail_files, packed, pdf_files, tar_archive, zip_archive
from triage.containers.archive import Container

CONTAINERS: tuple[Container, ...] = (
    zip_archive.CONTAINER,
    tar_archive.TAR,  # before single files: a compressed tar is both
    *packed.SINGLE_FILES,
    mail_files.CONTAINER,
    pdf_files.CONTAINER,
)
