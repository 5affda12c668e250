//! Amounts of money: the chain counts in the smallest unit, people in WAG (12 decimals).

use std::fmt;

/// Decimals of one WAG.
const DECIMALS: u32 = 12;
/// Smallest units in one WAG.
pub const WAG: u128 = 10u128.pow(DECIMALS);

/// An amount in the chain's smallest unit; shown and read in WAG, exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(pub u128);

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / WAG, self.0 % WAG);
        if fraction == 0 {
            return write!(f, "{whole}");
        }
        let digits = format!("{fraction:0width$}", width = DECIMALS as usize);
        write!(f, "{whole}.{}", digits.trim_end_matches('0'))
    }
}

/// Not an amount of money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an amount: write it in WAG with up to 12 decimals, such as 20 or 0.5")]
pub struct NotAnAmount(String);

impl std::str::FromStr for Amount {
    type Err = NotAnAmount;

    fn from_str(text: &str) -> Result<Self, NotAnAmount> {
        let wrong = || NotAnAmount(text.to_owned());
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let only_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty()
            || !only_digits(whole)
            || !only_digits(fraction)
            || fraction.len() > DECIMALS as usize
        {
            return Err(wrong());
        }
        let fraction: u128 = format!("{fraction:0<width$}", width = DECIMALS as usize)
            .parse()
            .map_err(|_| wrong())?;
        let whole: u128 = whole.parse().map_err(|_| wrong())?;
        whole
            .checked_mul(WAG)
            .and_then(|units| units.checked_add(fraction))
            .map(Self)
            .ok_or_else(wrong)
    }
}

impl serde::Serialize for Amount {
    /// A decimal string in WAG: exact, where a JSON number would not be.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_should_survive_showing_and_reading() {
        for (text, units) in
            [("0", 0), ("20", 20 * WAG), ("0.5", WAG / 2), ("1.000000000001", WAG + 1)]
        {
            let amount: Amount = text.parse().unwrap();
            assert_eq!(amount.0, units);
            assert_eq!(amount.to_string(), text);
        }
    }

    #[test]
    fn amounts_should_be_refused_when_malformed() {
        for text in
            ["", "-1", "1e3", "1,5", ".5", "1.0000000000001", "400000000000000000000000000000"]
        {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
    }
}
