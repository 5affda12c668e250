//! From valid encodings to malformed ones.

/// Draws without an end from a seed: SplitMix64.
pub(crate) struct Draw(u64);

impl Draw {
    /// What `seed` leads to.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 if there is none.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % (bound.max(1) as u64)) as usize
    }

    /// One of `choices`, which are not empty.
    pub(crate) fn one<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// `length` bytes.
    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }
}

/// What was done to a valid encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mutation {
    /// Nothing: the check itself must work.
    None,
    /// The end is missing.
    Truncated,
    /// More bytes at the end.
    Extended,
    /// A few bits are turned.
    BitsFlipped,
    /// A few bytes have values at the edges of their range.
    EdgeBytes,
    /// A number of elements, or what might be one, says that there are many more.
    LengthInflated,
    /// One of the first bytes, which say what follows, says something else.
    TagChanged,
    /// A part is missing.
    Removed,
    /// A part comes twice.
    Repeated,
    /// The beginning of one encoding and the end of another.
    Spliced,
    /// Bytes without any meaning.
    Random,
}

/// All of them.
pub(crate) const MUTATIONS: [Mutation; 11] = [
    Mutation::None,
    Mutation::Truncated,
    Mutation::Extended,
    Mutation::BitsFlipped,
    Mutation::EdgeBytes,
    Mutation::LengthInflated,
    Mutation::TagChanged,
    Mutation::Removed,
    Mutation::Repeated,
    Mutation::Spliced,
    Mutation::Random,
];

/// Compact numbers of elements that nobody has room for: 2¹⁴, 2³⁰ − 1, 2³² − 1, and one of eight
/// bytes.
const INFLATED: [&[u8]; 4] = [
    &[0x02, 0x00, 0x01, 0x00],
    &[0xfe, 0xff, 0xff, 0xff],
    &[0x03, 0xff, 0xff, 0xff, 0xff],
    &[0x13, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
];

/// Longest input that is made: longer than the longest act, so that limits are met.
const LONGEST: usize = 40_000;

/// A malformed encoding made of `valid` by `mutation`; `other` is another valid one.
pub(crate) fn mutate(draw: &mut Draw, mutation: Mutation, valid: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = valid.to_vec();
    let length = bytes.len();
    match mutation {
        Mutation::None => {}
        Mutation::Truncated => bytes.truncate(draw.below(length)),
        Mutation::Extended => {
            let more = 1 + draw.below(40);
            bytes.extend(draw.bytes(more));
        }
        Mutation::BitsFlipped => {
            for _ in 0..1 + draw.below(8) {
                if let Some(byte) = bytes.get_mut(draw.below(length)) {
                    *byte ^= 1 << draw.below(8);
                }
            }
        }
        Mutation::EdgeBytes => {
            for _ in 0..1 + draw.below(4) {
                let value = *draw.one(&[0, 1, 3, 4, 0x3f, 0x40, 0x7f, 0x80, 0xfc, 0xfe, 0xff]);
                if let Some(byte) = bytes.get_mut(draw.below(length)) {
                    *byte = value;
                }
            }
        }
        Mutation::LengthInflated => {
            let at = draw.below(length);
            let replaced = draw.below(5).min(length - at);
            bytes.splice(at..at + replaced, draw.one(&INFLATED).iter().copied());
        }
        Mutation::TagChanged => {
            let at = draw.below(length.min(48));
            let value = draw.below(48) as u8;
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
        }
        Mutation::Removed => {
            let at = draw.below(length);
            let some = 1 + draw.below((length - at).min(64));
            bytes.drain(at..(at + some).min(length));
        }
        Mutation::Repeated => {
            let at = draw.below(length);
            let some = 1 + draw.below((length - at).min(256));
            let part = bytes[at..(at + some).min(length)].to_vec();
            for _ in 0..1 + draw.below(20) {
                bytes.splice(at..at, part.iter().copied());
            }
        }
        Mutation::Spliced => {
            bytes.truncate(draw.below(length));
            bytes.extend(&other[draw.below(other.len())..]);
        }
        Mutation::Random => {
            let length = draw.below(300);
            bytes = draw.bytes(length);
        }
    }
    bytes.truncate(LONGEST);
    bytes
}

#[test]
fn mutations_should_be_repeatable_and_change_something() {
    let valid: Vec<u8> = (0..200).collect();
    for mutation in MUTATIONS {
        let make = |seed| mutate(&mut Draw::new(seed), mutation, &valid, &[7; 100]);
        assert!((0..20).all(|seed| make(seed) == make(seed)));
        let changed = (0..20).filter(|seed| make(*seed) != valid).count();
        assert_eq!(changed > 10, mutation != Mutation::None, "{mutation:?}");
        // Whatever it is given.
        for short in [&[][..], &[1]] {
            mutate(&mut Draw::new(1), mutation, short, &[]);
        }
    }
}
