"""What runs inside the sandbox, beside the member's code and with no more rights than it.

It imports nothing of the package but itself, sees no expected answer and no test, and whatever
it says is hostile input to the side that listens.
"""
