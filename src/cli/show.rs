//! `isobath show`: one quantity, function, table or claim of the catalogue.

use clap::Args;
use serde_json::json;

use super::exit::Exit;
use super::options::Common;
use super::output;
use crate::error::Error;
use crate::evidence::library as claims;
use crate::formula::signature::{BUILTINS, Kind, builtin, nearest};
use crate::table::catalogue;
use crate::table::definition::TableDefinition;
use crate::theory::catalog;
use crate::theory::quantity::Quantity;

/// Options of `show`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  isobath show J\n  isobath show moment.half\n  isobath show moment-values\n  isobath show relu.moment.recursion.R5"
)]
pub struct ShowArgs {
    /// The name of a quantity, function or reference table, or the id of a claim
    name: String,
}

/// Prints what is known of the name.
pub fn run(args: &ShowArgs, common: &Common) -> Exit {
    if let Some(quantity) = catalog::find(&args.name) {
        return show_quantity(quantity, common);
    }
    if let Some(function) = builtin(&args.name) {
        let usage = function.signature.synopsis();
        if common.json {
            let mut map = output::object("show");
            map.insert("name".into(), json!(args.name));
            map.insert("usage".into(), json!(usage));
            map.insert("about".into(), json!(function.doc));
            map.insert("domain".into(), json!(function.domain));
            return output::print_json(map).unwrap_or(Exit::Fine);
        }
        let text = format!("{usage}\n  {}\n  domain: {}", function.doc, function.domain);
        return output::print_line(&text).unwrap_or(Exit::Fine);
    }
    let tables = catalogue::definitions().unwrap_or_default();
    if let Some(table) = tables.iter().find(|table| table.name() == args.name) {
        return show_table(table, common);
    }
    let claims = claims::claims().unwrap_or_default();
    if let Some(claim) = claims.iter().find(|claim| claim.id() == args.name) {
        let domain: Vec<String> = claim
            .domain()
            .iter()
            .map(|v| format!("{} in {}", v.name, v.text))
            .collect();
        let expect = claim
            .expect()
            .map(|kind| kind.to_string())
            .unwrap_or_default();
        let drawn = match (claim.sample(), claim.simulate()) {
            (Some(sample), _) => Some(format!("{} samples, seed {}", sample.n, sample.seed)),
            (None, Some(simulate)) => Some(simulate.command()),
            (None, None) => None,
        };
        if common.json {
            let mut map = output::object("show");
            map.insert("id".into(), json!(claim.id()));
            map.insert("statement".into(), json!(claim.statement().as_str()));
            map.insert("domain".into(), json!(domain));
            map.insert("source".into(), json!(claim.source()));
            map.insert("expect".into(), json!(expect));
            if let Some(drawn) = &drawn {
                map.insert("drawn".into(), json!(drawn));
            }
            return output::print_json(map).unwrap_or(Exit::Fine);
        }
        let mut lines = vec![claim.id().to_string(), format!("  {}", claim.statement())];
        if !domain.is_empty() {
            lines.push(format!("  for {}", domain.join(", ")));
        }
        if let Some(condition) = claim.condition() {
            lines.push(format!("  where {condition}"));
        }
        lines.extend(drawn.map(|how| format!("  drawn: {how}")));
        lines.push(format!("  source: {}", claim.source()));
        lines.push(format!("  expected: {expect}"));
        return output::print_line(&lines.join("\n")).unwrap_or(Exit::Fine);
    }
    let names = catalog::quantities().map(|quantity| quantity.signature().name);
    let known: Vec<&str> = names
        .chain(BUILTINS.iter().map(|function| function.signature.name))
        .collect();
    let ids = claims
        .iter()
        .map(|claim| claim.id())
        .chain(tables.iter().map(TableDefinition::name));
    let error = Error::usage(format!("nothing is called `{}`", args.name));
    let error = match nearest(&args.name, known.into_iter().chain(ids)) {
        Some(near) => error.with_hint(format!(
            "did you mean `{near}`? `isobath list` shows all names"
        )),
        None => error.with_hint("`isobath list` shows all names"),
    };
    output::report(&error, "show", "", common.json)
}

fn show_table(table: &TableDefinition, common: &Common) -> Exit {
    let rows: Vec<String> = table
        .rows()
        .iter()
        .map(|key| format!("{} in {}", key.name, key.text))
        .collect();
    let condition = table.condition().map(|text| text.as_str());
    let columns = table.columns().iter().map(|column| {
        let name = column.name.as_str();
        (name, column.formula.as_str(), column.title.as_deref())
    });
    let sample = table.sample().map(|sample| {
        let (n, seed) = (sample.n, sample.seed);
        let title = "estimate, stderr, z";
        format!("  {title:18} of {}: n = {n}, seed {seed}", sample.column)
    });
    let simulate = table.simulate().map(|simulate| {
        let given = ["activation", "width", "theta", "depth", "level"]
            .iter()
            .filter_map(|name| {
                let value = simulate.parameters.get(name)?;
                (!value.is_empty()).then(|| format!("{name} {value}"))
            });
        let given: Vec<String> = given.collect();
        format!(
            "  simulated          by {}: {}, n = {}, seed {}",
            simulate.experiment,
            given.join(", "),
            simulate.n,
            simulate.seed
        )
    });
    let drawn: Vec<String> = sample.into_iter().chain(simulate).collect();
    let texts = [
        ("title", table.title()),
        ("caption", table.caption()),
        ("source", table.source()),
        ("reliability", table.reliability()),
        ("completeness", table.completeness()),
    ];
    if common.json {
        let mut map = output::object("show");
        map.insert("name".into(), json!(table.name()));
        for (name, text) in texts {
            map.insert(name.into(), json!(text));
        }
        map.insert("rows".into(), json!(rows));
        map.insert("where".into(), json!(condition));
        let columns: Vec<_> = columns
            .map(|(name, formula, _)| json!({"name": name, "formula": formula}))
            .collect();
        map.insert("columns".into(), json!(columns));
        if !drawn.is_empty() {
            let drawn: Vec<&str> = drawn.iter().map(|line| line.trim()).collect();
            map.insert("sampled".into(), json!(drawn));
        }
        return output::print_json(map).unwrap_or(Exit::Fine);
    }
    let mut lines = vec![table.name().to_string()];
    lines.extend(table.title().map(|title| format!("  {title}")));
    lines.push(String::new());
    let columns = columns.map(|(name, formula, title)| match title {
        Some(title) if title != formula => format!("  {name:18} = {formula}  ({title})"),
        _ => format!("  {name:18} = {formula}"),
    });
    lines.extend(columns);
    lines.extend(drawn);
    lines.push(format!("  for {}", rows.join(", ")));
    lines.extend(condition.map(|condition| format!("  where {condition}")));
    lines.push(String::new());
    lines.extend(
        texts[2..]
            .iter()
            .filter_map(|(name, text)| text.map(|text| format!("  {name}: {text}"))),
    );
    lines.push(format!("  try: isobath table {}", table.name()));
    output::print_line(&lines.join("\n")).unwrap_or(Exit::Fine)
}

fn show_quantity(quantity: &dyn Quantity, common: &Common) -> Exit {
    let (signature, about) = (quantity.signature(), quantity.about());
    if common.json {
        let mut map = output::object("show");
        map.insert("name".into(), json!(signature.name));
        map.insert("usage".into(), json!(signature.synopsis()));
        map.insert("about".into(), json!(about.summary));
        map.insert("definition".into(), json!(about.definition));
        map.insert("domain".into(), json!(about.domain));
        map.insert("source".into(), json!(about.source));
        let methods: Vec<_> = about
            .methods
            .iter()
            .map(|(name, how)| json!({"name": name, "how": how}))
            .collect();
        map.insert("methods".into(), json!(methods));
        map.insert("special".into(), json!(about.special));
        if let Some(caveat) = quantity.caveat() {
            map.insert("caveat".into(), json!(caveat));
        }
        map.insert("example".into(), json!(about.example));
        return output::print_json(map).unwrap_or(Exit::Fine);
    }
    let mut lines = vec![
        signature.synopsis(),
        format!("  {}", about.summary),
        String::new(),
        format!("  {}", about.definition),
    ];
    lines.push(format!("  domain: {}", about.domain));
    lines.push(format!("  source: {}", about.source));
    lines.extend(quantity.caveat().map(|caveat| format!("  note: {caveat}")));
    lines.push(String::new());
    lines.push("  arguments".into());
    for parameter in signature.parameters {
        let kind = match parameter.kind {
            Kind::Number => "number",
            Kind::Integer => "integer",
            Kind::List => "list",
            Kind::Activation => "activation",
            Kind::Layer => "layer",
        };
        let default = parameter
            .default
            .map(|value| format!(" [default: {value}]"))
            .unwrap_or_default();
        lines.push(format!(
            "    {:8} {kind:10} {}{default}",
            parameter.name, parameter.doc
        ));
    }
    lines.push(String::new());
    lines.push("  methods (--method)".into());
    lines.extend(
        about
            .methods
            .iter()
            .map(|(name, how)| format!("    {name:16} {how}")),
    );
    if !about.special.is_empty() {
        lines.push(String::new());
        lines.push("  special values".into());
        lines.extend(about.special.iter().map(|special| format!("    {special}")));
    }
    lines.push(String::new());
    lines.push(format!("  try: isobath eval '{}'", about.example));
    output::print_line(&lines.join("\n")).unwrap_or(Exit::Fine)
}
