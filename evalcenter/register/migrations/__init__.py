"""How a register came to its form, step by step. A step that was released is never changed."""
