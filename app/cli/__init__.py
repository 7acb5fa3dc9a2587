"""The commands. Each says its errors in one plain sentence on standard error and ends in 0 only for success."""

from flask import Flask

from app.cli import deliver, desk, doctor, editions, ingest, posts, publishing, rehearse, worker


def register(app: Flask) -> None:
    """Add every command to `flask`."""
    posts.posts_group.add_command(rehearse.rehearse_command)
    for command in (publishing.correct_command, publishing.retract_command, publishing.restore_command):
        posts.posts_group.add_command(command)
    for command in (
        ingest.ingest_command,
        worker.worker_command,
        doctor.doctor_command,
        editions.editions_group,
        editions.mentions_group,
        publishing.publish_command,
        editions.preview_command,
        deliver.deliver_command,
        posts.posts_group,
        desk.editors_group,
        desk.demo_command,
        desk.ready_command,
    ):
        app.cli.add_command(command)
