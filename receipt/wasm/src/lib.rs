//! Verifies receipts in a browser (`explorer/src/chain/receipt.ts` is its other side).
//!
//! It imports nothing, and is used once: whoever wants to verify takes an instance of it, asks for
//! [`room`], writes the hash of the genesis block (32 bytes) and the receipt there, and calls
//! [`verify`]. The instance is then thrown away with all its memory.

#![no_std]

extern crate alloc;

use alloc::{
    boxed::Box,
    string::{String, ToString},
    vec,
};
use core::ptr::slice_from_raw_parts_mut;
use waggle_receipt::verdict::in_hex;

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// A trap, which whoever called sees as an exception.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// Room for `length` bytes.
#[no_mangle]
pub extern "C" fn room(length: usize) -> *mut u8 {
    Box::into_raw(vec![0u8; length].into_boxed_slice()).cast()
}

/// What the receipt shows, or why it is refused: where it is written, as the length in four bytes,
/// lowest first, and JSON in UTF-8.
///
/// # Safety
/// `input` is what [`room`] gave for this `length`, and has not been handed in before.
#[no_mangle]
pub unsafe extern "C" fn verify(input: *mut u8, length: usize) -> *mut u8 {
    // SAFETY: `room` made it of a box of this length, as the caller promises.
    let input = unsafe { Box::from_raw(slice_from_raw_parts_mut(input, length)) };
    let json = reply(&input);
    let length = u32::try_from(json.len()).unwrap_or_default();
    let framed = [&length.to_le_bytes()[..], json.as_bytes()].concat();
    Box::into_raw(framed.into_boxed_slice()).cast()
}

/// The JSON for a genesis hash and a receipt.
fn reply(input: &[u8]) -> String {
    let (genesis, receipt) = input.split_first_chunk::<32>().unwrap_or((&[0; 32], &[]));
    match waggle_receipt::verify(receipt, *genesis) {
        Ok(verdict) => verdict.to_json(|account| in_hex(account)).to_string(),
        Err(refusal) => refusal.to_json().to_string(),
    }
}
