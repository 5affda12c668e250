//! Auditors of samples, honest and not, and what the chain takes of them together.
//!
//! Honest auditors find the same but for rounding: in one of eight dimensions one is a quantum off,
//! which is more than programs that compute alike differ. Those that collude know all answers, and
//! what each member claims. As long as they are a minority they report the utmost in every
//! dimension, which moves medians as far as any report can; as a majority, somebody else's answer.

use crate::draws::Draws;
use waggle_primitives::{
    audit::{
        median::{of_embeddings, LEAST_AUDITORS},
        Embedding,
    },
    Hash32,
};

/// Auditors of a committee: the runtime's `AUDIT_COMMITTEE`.
pub const SEATS: usize = 7;
/// The utmost in a dimension.
const UTMOST: i8 = i8::MAX;
/// As many dimensions as a draw of 32 bytes rounds, with half a byte for each.
const DIMENSIONS_OF_A_DRAW: usize = 64;

/// Who audits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Auditors {
    /// All find what is there.
    Honest,
    /// So many of a committee say nothing.
    Silent(usize),
    /// So many of a committee collude.
    Colluding(usize, Aim),
    /// This part of those that offer colludes, and a committee is drawn in each epoch.
    Infiltrated(f64, Aim),
}

/// What auditors collude for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// That the subject passes.
    Shield,
    /// That the subject is flagged.
    Frame,
}

impl Auditors {
    /// The committee of an epoch.
    pub fn drawn(self, draws: &mut Draws) -> Committee {
        let (silent, colluding, aim) = match self {
            Auditors::Honest => (0, 0, Aim::Shield),
            Auditors::Silent(silent) => (silent, 0, Aim::Shield),
            Auditors::Colluding(colluding, aim) => (0, colluding, aim),
            Auditors::Infiltrated(part, aim) => {
                (0, (0..SEATS).filter(|_| draws.chance(part)).count(), aim)
            }
        };
        Committee { silent, colluding, aim }
    }
}

/// A text, as a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Where it lies.
    pub text: Embedding,
    /// Where a whole committee of honest auditors says that it lies.
    pub median: Embedding,
}

impl Answer {
    /// Of a text. `None` if honest auditors agree on nothing.
    pub fn of(text: &Embedding, draws: &mut Draws) -> Option<Self> {
        let honest = Committee { silent: 0, colluding: 0, aim: Aim::Shield };
        let median = said(&honest.findings(text, None, draws), text.dimensions())?;
        Some(Self { text: text.clone(), median })
    }
}

/// An answer of a sample, before auditors look at it.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The digest of what its author claims.
    pub claim: Option<Hash32>,
    /// `None`: it was not opened, or there is nothing in it to embed.
    pub answer: Option<&'a Answer>,
    /// Whether the author opened what it had committed to.
    pub kept_word: bool,
}

/// A sample, as auditors that collude see it.
#[derive(Clone, Debug)]
pub struct Sample<'a> {
    /// The answers.
    pub answers: Vec<Given<'a>>,
    /// Which of them is the subject's, if one is.
    pub target: Option<usize>,
    /// The digest of what the subject claims.
    pub own: Hash32,
    /// The digest of the claim that it passes for, or is to pass for.
    pub other: Hash32,
}

impl Sample<'_> {
    /// The answers of all but the subject that have this claim.
    fn of_claim(&self, claim: Hash32) -> Vec<&Embedding> {
        let others = self
            .answers
            .iter()
            .enumerate()
            .filter(|(place, given)| Some(*place) != self.target && given.claim == Some(claim));
        others.filter_map(|(_, given)| given.answer.map(|answer| &answer.text)).collect()
    }

    /// The utmost on the way from the subject's claim to the other one, in each dimension, and the
    /// utmost on the way back. `None` where nobody else makes one of the claims.
    fn utmost(&self) -> Option<(Embedding, Embedding)> {
        let (own, own_count) = sum(&self.of_claim(self.own))?;
        let (other, other_count) = sum(&self.of_claim(self.other))?;
        let is_further = |(own, other): (&i64, &i64)| other * own_count >= own * other_count;
        let of = |is_further: bool| if is_further { UTMOST } else { -UTMOST };
        let there: Vec<i8> = own.iter().zip(&other).map(is_further).map(of).collect();
        let back = there.iter().map(|quanta| -quanta).collect();
        Some((Embedding::new(there)?, Embedding::new(back)?))
    }
}

/// The sum by dimension, in quanta, and how many there are. `None` of none.
fn sum(embeddings: &[&Embedding]) -> Option<(Vec<i64>, i64)> {
    let mut sums = vec![0; embeddings.first()?.dimensions()];
    for embedding in embeddings {
        for (sum, quanta) in sums.iter_mut().zip(embedding.quanta()) {
            *sum += i64::from(*quanta);
        }
    }
    Some((sums, embeddings.len() as i64))
}

/// The auditors of an epoch.
#[derive(Clone, Copy, Debug)]
pub struct Committee {
    silent: usize,
    colluding: usize,
    aim: Aim,
}

impl Committee {
    /// What it says together of each answer of a sample.
    pub fn medians(&self, sample: &Sample<'_>, draws: &mut Draws) -> Vec<Option<Embedding>> {
        let is_honest = self.silent == 0 && self.colluding == 0;
        let utmost = if self.colluding == 0 { None } else { sample.utmost() };
        let answers = sample.answers.iter().enumerate();
        answers
            .map(|(place, given)| {
                let answer = given.answer?;
                if is_honest {
                    return Some(answer.median.clone());
                }
                let lie = self.lie(sample, place, &answer.text, utmost.as_ref());
                let findings = self.findings(&answer.text, lie, draws);
                said(&findings, answer.text.dimensions())
            })
            .collect()
    }

    /// What its auditors report of a text: the honest ones first, then those that collude, who
    /// report `lie`, or the truth where there is none.
    pub fn findings(
        &self,
        text: &Embedding,
        lie: Option<&Embedding>,
        draws: &mut Draws,
    ) -> Vec<Embedding> {
        let honest = SEATS.saturating_sub(self.silent + self.colluding);
        let mut findings: Vec<Embedding> = (0..honest).map(|_| rounded(text, draws)).collect();
        findings.extend((0..self.colluding).map(|_| lie.unwrap_or(text).clone()));
        findings
    }

    /// What those that collude report of the answer at this place.
    fn lie<'a>(
        &self,
        sample: &'a Sample<'_>,
        place: usize,
        text: &'a Embedding,
        utmost: Option<&'a (Embedding, Embedding)>,
    ) -> Option<&'a Embedding> {
        let is_target = Some(place) == sample.target;
        if self.colluding * 2 > SEATS {
            let passes_for = match self.aim {
                Aim::Shield => sample.own,
                Aim::Frame => sample.other,
            };
            let told = sample.of_claim(passes_for).into_iter().next().filter(|_| is_target);
            return Some(told.unwrap_or(text));
        }
        // The subject's answer goes one way, what it is held against the other.
        let (there, back) = utmost?;
        Some(if is_target == (self.aim == Aim::Frame) { there } else { back })
    }
}

/// What one honest auditor finds.
fn rounded(text: &Embedding, draws: &mut Draws) -> Embedding {
    let mut quanta = text.quanta().to_vec();
    for part in quanta.chunks_mut(DIMENSIONS_OF_A_DRAW) {
        let drawn = draws.hash();
        for (place, value) in part.iter_mut().enumerate() {
            let half_byte = (drawn[place / 2] >> (4 * (place % 2))) & 15;
            *value = match half_byte {
                0 => value.saturating_add(1),
                1 => value.saturating_sub(1).max(-UTMOST),
                _ => *value,
            };
        }
    }
    Embedding::new(quanta).unwrap_or_else(|| text.clone())
}

/// What the chain takes of findings: their medians, where more than half of the committee and
/// [`LEAST_AUDITORS`] at least have one.
pub fn said(findings: &[Embedding], dimensions: usize) -> Option<Embedding> {
    let least = LEAST_AUDITORS.max(SEATS / 2 + 1);
    of_embeddings(findings, dimensions).filter(|_| findings.len() >= least)
}
