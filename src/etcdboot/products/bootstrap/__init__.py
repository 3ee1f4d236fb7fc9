"""Judging the ways in which members find one another, and the ground they start on."""
