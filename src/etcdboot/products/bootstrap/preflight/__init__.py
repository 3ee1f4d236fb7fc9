"""The ground that members start on: their data, their peers, the clock; and the verdict on it."""
