"""Every read, shaped for the page or the service that asks."""
