//! Plots as pictures by themselves: black on white, of a size of their own.

use super::plot::SIZE;
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{Error, Options, Tree, fontdb::Database};
use std::sync::{Arc, LazyLock};

/// Dots of a picture for each unit of a plot.
const DOTS: u32 = 2;

/// DejaVu Sans, whatever fonts there are: so pictures are the same everywhere, and have the signs of verdicts.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    Arc::new(fonts)
});

/// As SVG.
pub fn svg(plot: &str) -> String {
    let (width, height) = SIZE;
    let own =
        format!("width=\"{width}\" height=\"{height}\" style=\"color:#1b1b1b;background:#fff\"");
    plot.replacen("width=\"100%\"", &own, 1)
}

/// As PNG, of an SVG of a plot. Errs where a name in it is none that XML can write.
pub fn png(svg: &str) -> Result<Vec<u8>, Error> {
    let options = Options { fontdb: FONTS.clone(), ..Options::default() };
    let tree = Tree::from_str(svg, &options)?;
    let [width, height] = [SIZE.0 * DOTS, SIZE.1 * DOTS];
    let mut picture = Pixmap::new(width, height).expect("it has a size");
    picture.fill(Color::WHITE);
    let scale = Transform::from_scale(DOTS as f32, DOTS as f32);
    resvg::render(&tree, scale, &mut picture.as_mut());
    Ok(picture.encode_png().expect("it is written into memory"))
}
