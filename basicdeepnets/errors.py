"""The one kind of error that a user can mend."""


class CourseError(RuntimeError):
    """Something is missing or refused; the message says in one line what to do."""
