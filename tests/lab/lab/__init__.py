"""The laboratory: real test suites against real servers, with faults drawn at random and measured truth."""
