//! No two modules of a crate import each other, neither directly nor around corners.
//!
//! A module is a file. What it imports are the paths that begin with `crate::`, `super::`, `self::`
//! or the name of a module below it. Not counted: what a module takes from those that it lies in
//! (they declare it, and are its vocabulary), and tests, which may look at everything.

use crate::Finding;
use std::collections::{BTreeMap, BTreeSet};

/// A module's path within its crate; empty for the root.
type Module = Vec<String>;

/// The circles among the files of one crate: `sources` maps paths from the crate's `src/` to texts.
/// `folder` is that `src/`, from the root of the repository.
pub fn check(folder: &str, sources: &BTreeMap<String, String>) -> Vec<Finding> {
    let modules: BTreeMap<Module, &String> = sources
        .keys()
        .filter(|path| !path.starts_with("bin/"))
        .map(|path| (module_of(path), path))
        .filter(|(module, _)| !module.iter().any(|part| is_for_tests(part)))
        .collect();
    let imports: BTreeMap<&Module, BTreeSet<&Module>> = modules
        .iter()
        .map(|(module, path)| {
            let used = paths(module, &code(&sources[*path]), &modules);
            let used = used
                .iter()
                .filter_map(|used| deepest(used, &modules))
                .filter(|used| !module.starts_with(used))
                .collect();
            (module, used)
        })
        .collect();

    let mut reported = BTreeSet::new();
    let mut found = Vec::new();
    for module in modules.keys() {
        let Some(circle) = circle_through(module, &imports) else { continue };
        let members: BTreeSet<&Module> = circle.iter().copied().collect();
        if reported.insert(members) {
            let names: Vec<String> = circle.iter().map(|module| module.join("::")).collect();
            let what = format!("an import circle: {} → {}", names.join(" → "), names[0]);
            found.push(Finding::new(&format!("{folder}/{}", modules[module]), 0, what));
        }
    }
    found
}

/// The module that a file holds.
fn module_of(path: &str) -> Module {
    let mut parts: Module = path.trim_end_matches(".rs").split('/').map(String::from).collect();
    if matches!(parts.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        parts.pop();
    }
    parts
}

fn is_for_tests(part: &str) -> bool {
    matches!(part, "tests" | "mock" | "benchmarking")
}

/// A text without comments, strings, and the tests at its end.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or(text);
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// The deepest module that a path leads through.
fn deepest<'a>(path: &[String], modules: &'a BTreeMap<Module, &String>) -> Option<&'a Module> {
    (1..=path.len())
        .rev()
        .find_map(|length| modules.get_key_value(&path[..length]).map(|(module, _)| module))
}

/// The shortest way from `start` back to it.
fn circle_through<'a>(
    start: &'a Module,
    imports: &BTreeMap<&'a Module, BTreeSet<&'a Module>>,
) -> Option<Vec<&'a Module>> {
    let mut ways = vec![vec![start]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for next in imports[way[way.len() - 1]].iter().copied() {
                if next == start {
                    return Some(way);
                }
                if seen.insert(next) {
                    longer.push([way.as_slice(), &[next]].concat());
                }
            }
        }
        ways = longer;
    }
    None
}

/// All paths into the crate that the code of `module` names, from the crate's root.
fn paths(module: &Module, code: &str, modules: &BTreeMap<Module, &String>) -> Vec<Module> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let continues = at > 0 && tokens[at - 1] == "::";
        let leads_on = tokens.get(at + 1).is_some_and(|token| token == "::");
        if continues || !leads_on {
            at += 1;
            continue;
        }
        let mut base = match tokens[at].as_str() {
            "crate" => Module::new(),
            "self" => module.clone(),
            "super" => parent(module),
            name => {
                let child = [module.as_slice(), &[name.to_string()]].concat();
                if !modules.contains_key(&child) {
                    at += 1;
                    continue;
                }
                child
            }
        };
        at += 2;
        while tokens.get(at).is_some_and(|token| token == "super") {
            base = parent(&base);
            at += 2;
        }
        at = tree(&tokens, at, &base, &mut found);
    }
    found
}

fn parent(module: &Module) -> Module {
    module[..module.len().saturating_sub(1)].to_vec()
}

/// Reads what follows `base::`, a path or a tree of paths in braces, and gives the place after it.
fn tree(tokens: &[String], mut at: usize, base: &Module, found: &mut Vec<Module>) -> usize {
    let mut path = base.clone();
    loop {
        match tokens.get(at).map(String::as_str) {
            Some("{") => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token != "}") {
                    let next = tree(tokens, at, &path, found);
                    at = next.max(at + 1);
                    while tokens.get(at).is_some_and(|token| token != "," && token != "}") {
                        at += 1;
                    }
                    if tokens.get(at).is_some_and(|token| token == ",") {
                        at += 1;
                    }
                }
                return at + 1;
            }
            Some(name) if name.starts_with(|c: char| c.is_alphabetic() || c == '_') => {
                path.push(name.to_string());
                at += 1;
                if tokens.get(at).is_none_or(|token| token != "::") {
                    found.push(path);
                    return at;
                }
                at += 1;
            }
            _ => {
                found.push(path);
                return at;
            }
        }
    }
}

/// Words, `::`, and all other signs one by one.
fn tokens(code: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            continue;
        }
        let mut token = String::from(c);
        if c.is_alphanumeric() || c == '_' {
            while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || *c == '_') {
                token.push(c);
            }
        } else if c == ':' {
            token.extend(chars.next_if_eq(&':'));
        }
        tokens.push(token);
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circles(files: &[(&str, &str)]) -> Vec<String> {
        let sources = files.iter().map(|(path, text)| (path.to_string(), text.to_string()));
        check("src", &sources.collect()).into_iter().map(|found| found.what).collect()
    }

    #[test]
    fn circles_should_be_found_however_they_are_written() {
        let ways = [
            "use crate::b::B;",
            "use super::b::{B, c::C};",
            "use crate::{x, b::B};",
            "fn f() { crate::b::f() }",
            "use crate::{\n    x,\n    b::{B},\n};",
        ];
        for way in ways {
            let found =
                circles(&[("lib.rs", ""), ("a.rs", way), ("b.rs", "use crate::a;"), ("x.rs", "")]);
            assert_eq!(found, ["an import circle: a → b → a"], "{way}");
        }
    }

    #[test]
    fn longer_circles_should_be_reported_once() {
        let found = circles(&[
            ("a.rs", "use crate::b::B;"),
            ("b.rs", "use crate::c::d::D;"),
            ("c/mod.rs", ""),
            ("c/d.rs", "use crate::a::A;"),
        ]);
        assert_eq!(found, ["an import circle: a → b → c::d → a"]);
    }

    #[test]
    fn modules_above_and_tests_should_not_count() {
        let found = circles(&[
            ("lib.rs", "use a::A; pub struct R;"),
            ("a/mod.rs", "use b::B; pub struct A;"),
            ("a/b.rs", "use super::A; use crate::R; // use crate::c::C;"),
            ("c.rs", "use crate::a::b::B;\n#[cfg(test)]\nmod tests { use crate::d::D; }"),
            ("d.rs", "use crate::c::C;"),
            ("a/tests.rs", "use crate::c; use super::b;"),
        ]);
        assert_eq!(found, [""; 0]);
    }
}
