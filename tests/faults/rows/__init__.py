"""The rows of the fault campaign, one module a row or a family of rows; each module's ROWS lists what it can do to the product."""
