//! One order for all operations: what must come first does, and of what may
//! come next the least destructive is taken.
//!
//! Must never: depend on anything but its input. Ties are broken by name.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::edges::Edges;
use super::fate::Fate;
use super::node::{Node, Nodes, Op};
use crate::catalog::Kind;

/// All nodes in order; or those that wait for each other in a circle, when no
/// wish closes it.
pub fn order(nodes: &Nodes<'_>, edges: &mut Edges) -> Result<Vec<Node>, Vec<Node>> {
    loop {
        match sorted(nodes, edges) {
            Err(circle) if edges.give_up(&circle) => {}
            decided => return decided,
        }
    }
}

fn sorted(nodes: &Nodes<'_>, edges: &Edges) -> Result<Vec<Node>, Vec<Node>> {
    let mut waiting: BTreeMap<&Node, usize> = edges.after.keys().map(|node| (node, 0)).collect();
    for then in edges.after.values().flatten() {
        if let Some(count) = waiting.get_mut(then) {
            *count += 1;
        }
    }
    let key = |node: &Node| (class(nodes, node), node.id.kind, node.id.clone(), node.op);
    let mut ready: BinaryHeap<Reverse<_>> = BinaryHeap::new();
    for (node, count) in &waiting {
        if *count == 0 {
            ready.push(Reverse((key(node), (*node).clone())));
        }
    }
    let mut ordered = Vec::with_capacity(waiting.len());
    while let Some(Reverse((_, node))) = ready.pop() {
        for then in edges.after.get(&node).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(then) {
                *count -= 1;
                if *count == 0 {
                    ready.push(Reverse((key(then), then.clone())));
                }
            }
        }
        ordered.push(node);
    }
    if ordered.len() == waiting.len() {
        return Ok(ordered);
    }
    let done: BTreeSet<Node> = ordered.into_iter().collect();
    let rest = waiting.keys().filter(|node| !done.contains(**node));
    Err(circle(edges, &rest.map(|node| (*node).clone()).collect()))
}

/// An order although some wait for each other: the edges that close a circle
/// are given up, the last of each.
pub fn order_anyway(nodes: &Nodes<'_>, edges: &mut Edges) -> Vec<Node> {
    loop {
        match order(nodes, edges) {
            Ok(ordered) => return ordered,
            Err(circle) => {
                let (Some(first), Some(last)) = (circle.first(), circle.last()) else {
                    return Vec::new();
                };
                if let Some(thens) = edges.after.get_mut(last) {
                    thens.remove(first);
                }
            }
        }
    }
}

/// What only adds, then what builds and scans, then what takes away.
fn class(nodes: &Nodes<'_>, node: &Node) -> u8 {
    match node.op {
        // It may forbid what else is done.
        Op::Drop if node.id.kind == Kind::EventTrigger => 0,
        Op::Create if node.id.kind == Kind::EventTrigger => 9,
        // What is made in this plan was looked at with those that were there.
        Op::Create | Op::Alter | Op::Drop if node.id.kind == Kind::DefaultPrivilege => 9,
        Op::Aside => 1,
        Op::Loosen => 2,
        Op::Create if nodes.is_built_outside(&node.id) => 3,
        Op::Create | Op::Alter | Op::Attach | Op::Finish | Op::Move | Op::Guard => 2,
        Op::Prepare => 3,
        Op::Fill | Op::Refill => 4,
        Op::Validate => 5,
        Op::Enforce => 6,
        // Something waits for its place.
        Op::Drop
            if matches!(nodes.fates.get(&node.id), Some(Fate::Recreate(_)))
                && !nodes.swapped.contains(&node.id) =>
        {
            7
        }
        Op::Drop => 8,
    }
}

/// A circle among nodes that each wait for another of them.
fn circle(edges: &Edges, rest: &BTreeSet<Node>) -> Vec<Node> {
    let mut before: BTreeMap<&Node, &Node> = BTreeMap::new();
    for (first, thens) in edges.after.iter().filter(|(first, _)| rest.contains(*first)) {
        for then in thens.iter().filter(|then| rest.contains(*then)) {
            before.entry(then).or_insert(first);
        }
    }
    let Some(mut node) = rest.first() else { return Vec::new() };
    let mut path: Vec<Node> = Vec::new();
    loop {
        if let Some(at) = path.iter().position(|it| it == node) {
            let mut found = path.split_off(at);
            found.reverse();
            return found;
        }
        path.push(node.clone());
        match before.get(node) {
            Some(first) => node = first,
            None => return path,
        }
    }
}
