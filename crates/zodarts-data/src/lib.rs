//! Medical images in.
