//! Who is next: keys in turn, and for each of them its oldest order.
//!
//! A key with two hundred orders gets every second turn while one other waits, not all of them. The
//! queue is bounded, and what does not fit is refused by whoever fills it.

use std::collections::{HashMap, VecDeque};

/// Orders that wait, in turn by key.
#[derive(Debug)]
pub(crate) struct FairQueue<Order> {
    /// By key, oldest first; none of them empty.
    waiting: HashMap<i64, VecDeque<Order>>,
    /// Whose turn it is, front first: the keys of `waiting`, each once.
    turns: VecDeque<i64>,
    length: usize,
}

impl<Order> Default for FairQueue<Order> {
    fn default() -> Self {
        Self { waiting: HashMap::new(), turns: VecDeque::new(), length: 0 }
    }
}

impl<Order> FairQueue<Order> {
    /// How many orders wait.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// Whether none waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Put an order behind those of its key. Gives how many will be served before it if no others
    /// come.
    pub(crate) fn push(&mut self, key: i64, order: Order) -> usize {
        let own = self.waiting.get(&key).map_or(0, VecDeque::len);
        let ahead = self.ahead_of(key, own);
        if own == 0 {
            self.turns.push_back(key);
        }
        self.waiting.entry(key).or_default().push_back(order);
        self.length = self.length.saturating_add(1);
        ahead
    }

    /// Put an order back that was taken out, before all others of its key.
    pub(crate) fn put_back(&mut self, key: i64, order: Order) {
        let queue = self.waiting.entry(key).or_default();
        if queue.is_empty() {
            self.turns.push_front(key);
        }
        queue.push_front(order);
        self.length = self.length.saturating_add(1);
    }

    /// The next order that `may_go`: of the first key, in turn, whose oldest one may.
    pub(crate) fn next(&mut self, may_go: impl Fn(&Order) -> bool) -> Option<(i64, Order)> {
        let may = |key: &i64| self.waiting.get(key).and_then(VecDeque::front).is_some_and(&may_go);
        let place = self.turns.iter().position(may)?;
        let key = self.turns.remove(place)?;
        let queue = self.waiting.get_mut(&key)?;
        let order = queue.pop_front()?;
        if queue.is_empty() {
            self.waiting.remove(&key);
        } else {
            self.turns.push_back(key);
        }
        self.length = self.length.saturating_sub(1);
        Some((key, order))
    }

    /// Take out all that `is_out`.
    pub(crate) fn remove(&mut self, is_out: impl Fn(&Order) -> bool) -> Vec<Order> {
        let mut out = Vec::new();
        for queue in self.waiting.values_mut() {
            let (gone, stay): (Vec<_>, Vec<_>) =
                std::mem::take(queue).into_iter().partition(|order| is_out(order));
            queue.extend(stay);
            out.extend(gone);
        }
        self.waiting.retain(|_, queue| !queue.is_empty());
        let waiting = &self.waiting;
        self.turns.retain(|key| waiting.contains_key(key));
        self.length = self.length.saturating_sub(out.len());
        out
    }

    /// All that wait.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Order> {
        self.waiting.values().flatten()
    }

    /// How many go before the order that has `own` of its key before it.
    fn ahead_of(&self, key: i64, own: usize) -> usize {
        let others = self.waiting.iter().filter(|(other, _)| **other != key);
        // In each of its key's turns before it, and in the one that is its own, others have one.
        others.fold(own, |ahead, (_, queue)| {
            ahead.saturating_add(queue.len().min(own.saturating_add(1)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drained(queue: &mut FairQueue<u32>) -> Vec<(i64, u32)> {
        std::iter::from_fn(|| queue.next(|_| true)).collect()
    }

    #[test]
    fn keys_should_take_turns_when_one_has_many_orders() {
        let mut queue = FairQueue::default();
        for order in 0..4 {
            queue.push(1, order);
        }
        queue.push(2, 10);
        queue.push(3, 20);
        queue.push(2, 11);
        assert_eq!(queue.len(), 7);
        let expected = [(1, 0), (2, 10), (3, 20), (1, 1), (2, 11), (1, 2), (1, 3)];
        assert_eq!(drained(&mut queue), expected);
        assert!(queue.is_empty());
    }

    #[test]
    fn turns_should_pass_when_an_order_may_not_go() {
        let mut queue = FairQueue::default();
        queue.push(1, 100);
        queue.push(2, 1);
        assert_eq!(queue.next(|cost| *cost < 10), Some((2, 1)));
        assert_eq!(queue.next(|cost| *cost < 10), None);
        assert_eq!(queue.next(|_| true), Some((1, 100)));
    }

    #[test]
    fn orders_should_come_first_when_put_back() {
        let mut queue = FairQueue::default();
        queue.push(1, 0);
        queue.push(1, 1);
        queue.push(2, 2);
        let (key, order) = queue.next(|_| true).unwrap();
        queue.put_back(key, order);
        queue.put_back(3, 9);
        assert_eq!(queue.len(), 4);
        assert_eq!(drained(&mut queue), [(3, 9), (2, 2), (1, 0), (1, 1)]);
    }

    #[test]
    fn orders_should_know_how_many_are_ahead_when_they_come() {
        let mut queue = FairQueue::default();
        assert_eq!(queue.push(1, 0), 0);
        assert_eq!(queue.push(1, 1), 1);
        assert_eq!(queue.push(1, 2), 2);
        assert_eq!(queue.push(2, 3), 1);
        assert_eq!(queue.push(2, 4), 3);
    }

    #[test]
    fn length_should_be_right_when_orders_are_removed() {
        let mut queue = FairQueue::default();
        for order in 0..6 {
            queue.push(i64::from(order % 2), order);
        }
        let mut gone = queue.remove(|order| order % 2 == 0);
        gone.sort_unstable();
        assert_eq!(gone, [0, 2, 4]);
        assert_eq!(queue.len(), 3);
        assert_eq!(queue.iter().count(), 3);
        assert_eq!(drained(&mut queue), [(1, 1), (1, 3), (1, 5)]);
    }
}
