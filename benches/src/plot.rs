//! Plots as SVG and PNG: panels of lines over categories, and heat maps.
//!
//! All can be read in grey: every series has a marker and a dash of its own, and the scale of heat
//! maps is monotonous in lightness.
//!
//! | module | what it is |
//! | --- | --- |
//! | `canvas` | files, text and numbers |
//! | `figure` | panels of lines with one legend |
//! | `heat_map` | heat maps with one scale |
//! | `look` | colour, dash and marker of a series |

mod canvas;
mod figure;
mod heat_map;
mod look;

pub use canvas::{write_plot, Plot};
pub use figure::{Figure, Panel, Series};
pub use heat_map::{HeatMap, HeatMaps};
