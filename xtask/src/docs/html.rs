//! The reference as one HTML file that opens from the disk: search, tree,
//! pages, diagram. No framework, no network.
//!
//! Must never: let a name or a comment become markup. The catalog goes in as
//! JSON in which no `<` is left, and the script makes text nodes of it.

use anyhow::{Context, Result};

use super::model::Reference;

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/style.css");
const SCRIPTS: [&str; 3] =
    [include_str!("html/pages.js"), include_str!("html/diagram.js"), include_str!("html/app.js")];

pub fn page(reference: &Reference) -> Result<String> {
    let data = serde_json::to_string(reference).context("writing the catalog as JSON")?;
    let mut text = String::with_capacity(PAGE.len() + data.len() + 65_536);
    let mut rest = PAGE;
    // Piece by piece: what is put in is not looked at again.
    for (mark, piece) in [
        ("{{style}}", STYLE.to_owned()),
        ("{{data}}", embedded(&data)),
        ("{{script}}", SCRIPTS.concat()),
    ] {
        let (before, after) = rest.split_once(mark).context("the page has lost a place")?;
        text.push_str(before);
        text.push_str(&piece);
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

/// JSON that ends no element, whatever its strings hold.
fn embedded(json: &str) -> String {
    json.replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    //! What is put in stays inside, and nothing is asked of a network.

    use super::*;

    #[test]
    fn no_text_ends_the_element() {
        let text = "</script><!-- \"Ünï\" '";
        let json = embedded(&serde_json::to_string(text).expect("a string"));
        assert!(!json.contains('<'), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).expect("JSON"), text);
    }

    #[test]
    fn the_parts_are_ours_alone() {
        assert!(PAGE.contains("default-src 'none'"));
        for part in SCRIPTS.iter().chain([&STYLE]) {
            assert!(!part.contains("</"), "an end of an element");
            assert!(!part.contains("innerHTML"), "markup from text");
            let addresses = part.replace("http://www.w3.org/2000/svg", "");
            assert!(!addresses.contains("://"), "an address");
        }
    }

    /// The variables of the block that begins with `selector {`.
    fn variables(selector: &str) -> std::collections::BTreeMap<String, [f64; 3]> {
        let at = STYLE.find(&format!("{selector} {{")).expect("is there");
        let block =
            STYLE[at..].split_once('{').and_then(|it| it.1.split_once('}')).expect("ends").0;
        let channel = |hex: &str| f64::from(u8::from_str_radix(hex, 16).expect("hex")) / 255.0;
        let pairs = block.split(';').filter_map(|it| it.split_once(": #"));
        pairs
            .map(|(name, hex)| {
                let double: String = hex.chars().flat_map(|c| [c, c]).collect();
                let hex = if hex.len() == 3 { double.as_str() } else { hex };
                let color = [channel(&hex[0..2]), channel(&hex[2..4]), channel(&hex[4..6])];
                (name.trim().to_owned(), color)
            })
            .collect()
    }

    /// Relative luminance and contrast, as WCAG 2 has them.
    fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
        let linear =
            |c: f64| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
        let light =
            |c: [f64; 3]| 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
        let (high, low) = (light(a).max(light(b)), light(a).min(light(b)));
        (high + 0.05) / (low + 0.05)
    }

    #[test]
    fn every_text_can_be_read_on_every_ground() {
        assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 0.01);
        let selectors =
            [":root", ":root[data-theme=\"dark\"]", ":root, :root[data-theme=\"dark\"]"];
        for selector in selectors {
            let all = variables(selector);
            for text in ["--text", "--faint", "--link", "--key", "--lit", "--added", "--gone"] {
                for ground in ["--back", "--panel", "--node", "--mark"] {
                    let found = contrast(all[text], all[ground]);
                    assert!(found >= 4.5, "{selector}: {text} on {ground}: {found:.2}");
                }
            }
            // What is no text, and has to be seen.
            let found = contrast(all["--edge"], all["--back"]);
            assert!(found >= 3.0, "{selector}: --edge: {found:.2}");
        }
    }
}
