//! Between channels first and channels last.

/// `[channels, pixels]` to `[pixels, channels]`, row by row.
pub(in crate::cpu) fn to_channels_last(from: &[f32], into: &mut [f32], channels: usize) {
    let pixels = into.len() / channels;
    if channels == 1 {
        return into.copy_from_slice(from);
    }
    for (pixel, values) in into.chunks_exact_mut(channels).enumerate() {
        for (channel, value) in values.iter_mut().enumerate() {
            *value = from[channel * pixels + pixel];
        }
    }
}

/// `[pixels, channels]` to `[channels, pixels]`, row by row.
pub(in crate::cpu) fn to_channels_first(from: &[f32], into: &mut [f32], channels: usize) {
    let pixels = into.len() / channels;
    if channels == 1 {
        return into.copy_from_slice(from);
    }
    for (pixel, values) in from.chunks_exact(channels).enumerate() {
        for (channel, value) in values.iter().enumerate() {
            into[channel * pixels + pixel] = *value;
        }
    }
}
