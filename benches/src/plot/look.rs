//! How a series is drawn: its colour, dash and marker, so that series can be told apart in grey.

use super::canvas::failed;
use anyhow::Result;
use plotters::{coord::Shift, prelude::*};

/// Okabe and Ito's colours, without the yellow that is too light for lines.
const PALETTE: [RGBColor; 7] = [
    RGBColor(0, 0, 0),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 158, 115),
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(204, 121, 167),
];
/// Lengths of strokes and gaps, in pixels; empty is a full line.
const DASHES: [&[f64]; 4] = [&[], &[9.0, 4.0], &[3.0, 3.0], &[12.0, 3.0, 3.0, 3.0]];

/// How a series is drawn.
pub(super) struct Look {
    pub(super) color: RGBColor,
    dash: &'static [f64],
    shape: usize,
}

impl Look {
    pub(super) fn of(number: usize) -> Self {
        Self {
            color: PALETTE[number % PALETTE.len()],
            dash: DASHES[number % DASHES.len()],
            shape: number % 7,
        }
    }

    pub(super) fn line<B: DrawingBackend>(
        &self,
        root: &DrawingArea<B, Shift>,
        pixels: &[(i32, i32)],
    ) -> Result<()>
    where
        B::ErrorType: 'static,
    {
        let style = ShapeStyle { color: self.color.to_rgba(), filled: false, stroke_width: 2 };
        for stroke in strokes(pixels, self.dash) {
            root.draw(&PathElement::new(stroke, style)).map_err(failed)?;
        }
        Ok(())
    }

    pub(super) fn marker<B: DrawingBackend>(
        &self,
        root: &DrawingArea<B, Shift>,
        (x, y): (i32, i32),
    ) -> Result<()>
    where
        B::ErrorType: 'static,
    {
        let filled = self.color.filled();
        let stroke = ShapeStyle { color: self.color.to_rgba(), filled: false, stroke_width: 2 };
        match self.shape {
            0 => root.draw(&Circle::new((x, y), 4, filled)),
            1 => root.draw(&Rectangle::new([(x - 4, y - 4), (x + 4, y + 4)], filled)),
            2 => root.draw(&Polygon::new(vec![(x, y - 5), (x + 5, y + 4), (x - 5, y + 4)], filled)),
            3 => root
                .draw(&Polygon::new(vec![(x, y - 6), (x + 5, y), (x, y + 6), (x - 5, y)], filled)),
            4 => {
                root.draw(&Circle::new((x, y), 5, WHITE.filled())).map_err(failed)?;
                root.draw(&Circle::new((x, y), 5, stroke))
            }
            5 => {
                root.draw(&PathElement::new([(x - 4, y - 4), (x + 4, y + 4)], stroke))
                    .map_err(failed)?;
                root.draw(&PathElement::new([(x - 4, y + 4), (x + 4, y - 4)], stroke))
            }
            _ => {
                root.draw(&PathElement::new([(x - 5, y), (x + 5, y)], stroke)).map_err(failed)?;
                root.draw(&PathElement::new([(x, y - 5), (x, y + 5)], stroke))
            }
        }
        .map_err(failed)
    }
}

/// The line through `pixels`, cut into strokes by the lengths in `dash`.
fn strokes(pixels: &[(i32, i32)], dash: &[f64]) -> Vec<Vec<(i32, i32)>> {
    if dash.is_empty() {
        return vec![pixels.to_vec()];
    }
    let mut strokes = Vec::new();
    let (mut part, mut left, mut current) = (0, dash[0], Vec::new());
    for pair in pixels.windows(2) {
        let (from, to) = (
            (f64::from(pair[0].0), f64::from(pair[0].1)),
            (f64::from(pair[1].0), f64::from(pair[1].1)),
        );
        let length = ((to.0 - from.0).powi(2) + (to.1 - from.1).powi(2)).sqrt();
        let at = |done: f64| {
            let share = if length > 0.0 { done / length } else { 0.0 };
            (
                (from.0 + (to.0 - from.0) * share).round() as i32,
                (from.1 + (to.1 - from.1) * share).round() as i32,
            )
        };
        let mut done = 0.0;
        while done < length {
            let step = left.min(length - done);
            if part % 2 == 0 {
                if current.is_empty() {
                    current.push(at(done));
                }
                current.push(at(done + step));
            }
            done += step;
            left -= step;
            if left <= 1e-9 {
                strokes.push(std::mem::take(&mut current));
                part = (part + 1) % dash.len();
                left = dash[part];
            }
        }
    }
    strokes.push(current);
    strokes.retain(|stroke| stroke.len() > 1);
    strokes
}
