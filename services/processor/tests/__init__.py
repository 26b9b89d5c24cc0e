"""Tests of the processor. The pure modules need no database; the others get one of their own."""
