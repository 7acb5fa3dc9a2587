"""What can go wrong on the way of a post to a target."""


class DeliveryError(Exception):
    """A target did not take a post; the message is one plain sentence that says what to do."""
