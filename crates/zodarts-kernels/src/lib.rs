//! SIMD kernels over blocks of images, one image per lane.
