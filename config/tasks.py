from celery import shared_task

from config.tick import tick as plan


@shared_task
def tick() -> None:
    plan()
