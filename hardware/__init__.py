"""Line and sound drivers behind one interface (base). Knows neither app nor Qt."""
