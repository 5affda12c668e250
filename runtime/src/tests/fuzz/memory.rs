//! How much memory a piece of work takes: the tests' allocator counts, thread by thread.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

thread_local! {
    /// Bytes that this thread has allocated and not freed, and the most that they have been.
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count(bytes: isize) {
    let live = LIVE.get() + bytes;
    LIVE.set(live);
    PEAK.set(PEAK.get().max(live));
}

// Sound because all work is the system allocator's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as isize - layout.size() as isize);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Do `work`. Returns its result and the bytes that it needed at most, beyond what there was
/// before.
pub(crate) fn peak_of<R>(work: impl FnOnce() -> R) -> (R, usize) {
    let before = LIVE.get();
    PEAK.set(before);
    let result = work();
    (result, (PEAK.get() - before).max(0) as usize)
}

#[test]
fn allocator_should_see_what_is_allocated_and_freed() {
    let (length, peak) = peak_of(|| {
        drop(vec![0u8; 1_000_000]);
        vec![0u8; 10].len()
    });
    assert_eq!(length, 10);
    assert!((1_000_000..1_100_000).contains(&peak), "{peak}");
    // Room that is only asked for counts too.
    let ((), peak) = peak_of(|| drop(Vec::<u8>::with_capacity(5_000_000)));
    assert!(peak >= 5_000_000, "{peak}");
}
