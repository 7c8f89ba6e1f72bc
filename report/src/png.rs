//! Figures as PNG, with a font of their own.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use crate::ReportError;
use crate::figure::Figure;
use crate::svg;

/// Pixels to a unit of the drawing.
const SCALE: f32 = 2.0;

/// A picture in light colours, twice as large as the SVG in pixels.
///
/// # Errors
/// [`ReportError::Picture`] where the drawing cannot be rendered.
pub fn png(figure: &Figure) -> Result<Vec<u8>, ReportError> {
    let broken = |why: String| ReportError::Picture {
        name: figure.name.clone(),
        why,
    };
    let mut options = Options::default();
    let fonts = options.fontdb_mut();
    fonts.load_font_data(epaint_default_fonts::UBUNTU_LIGHT.to_vec());
    fonts.set_sans_serif_family("Ubuntu");
    let tree = Tree::from_str(&in_light(&svg::document(figure)), &options)
        .map_err(|error| broken(error.to_string()))?;
    let size = tree.size().to_int_size().scale_by(SCALE);
    let mut pixels = size
        .and_then(|size| Pixmap::new(size.width(), size.height()))
        .ok_or_else(|| broken("it has no size".into()))?;
    resvg::render(
        &tree,
        Transform::from_scale(SCALE, SCALE),
        &mut pixels.as_mut(),
    );
    pixels
        .encode_png()
        .map_err(|error| broken(error.to_string()))
}

/// The same document with the light theme's colours in place of their names.
fn in_light(svg: &str) -> String {
    let light = svg::THEME.split('}').next().unwrap_or_default();
    let colours = light.lines().filter_map(|line| {
        let (name, value) = line.trim().strip_suffix(';')?.split_once(": ")?;
        name.starts_with("--").then_some((name, value))
    });
    let plain = svg.replace(svg::THEME, "");
    colours.fold(plain, |svg, (name, value)| {
        svg.replace(&format!("var({name})"), value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{Axis, Body, Plot, Series};

    #[test]
    fn a_picture_has_ink() {
        let figure = Figure {
            name: "a".into(),
            title: "A title".into(),
            caption: String::new(),
            body: Body::Plot(Plot {
                x: Axis::linear("x", 0.0, 1.0),
                y: Axis::linear("y", 0.0, 1.0),
                series: vec![Series::line("line", 0, [(0.0, 0.0), (1.0, 1.0)])],
            }),
        };
        assert!(!in_light(&svg::document(&figure)).contains("var("));
        let picture = Pixmap::decode_png(&png(&figure).unwrap()).unwrap();
        assert_eq!(picture.width(), 1160);
        let colours = |wanted: [u8; 3]| {
            let pixels = picture.pixels().iter();
            pixels
                .filter(|p| [p.red(), p.green(), p.blue()] == wanted)
                .count()
        };
        assert!(colours([0x0b, 0x5f, 0xa5]) > 1000, "the line");
        assert!(colours([0x1b, 0x1f, 0x24]) > 100, "the text");
        assert!(colours([0xff, 0xff, 0xff]) > 100_000, "the paper");
    }
}
