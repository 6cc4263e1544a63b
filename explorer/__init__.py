"""The page in which trained models are explored. What a person asked and cannot have is a ``Refused`` with one sentence."""


class Refused(ValueError):
    """A request that cannot be answered; the message is one sentence for the person who asked, ``status`` the HTTP answer."""

    status = 422


class NotThere(Refused):
    """What was asked for does not exist."""

    status = 404


class TooLarge(Refused):
    """More than the page takes."""

    status = 413


class VisitorError(PermissionError):
    """A visitor asked for something kept for the owner; one sentence."""

    status = 403
