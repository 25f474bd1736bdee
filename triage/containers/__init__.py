"""Containers: bytes that hold other files. The tuple is closed and ordered; detection takes the highest score."""

from triage.containers import mail_files, tar_archive, zip_archive
from triage.containers.archive import Container

CONTAINERS: tuple[Container, ...] = (
    zip_archive.CONTAINER,
    tar_archive.TAR,  # before gzip: a compressed tar is both
    tar_archive.GZIP,
    mail_files.CONTAINER,
)
