//! Variables of a formula: which are free, and putting formulas in their place.

use std::collections::BTreeSet;

use super::expr::{Binder, BinderKind, Expr, ExprKind};

impl Binder {
    /// The formulas around the body, in which the variable is not local.
    fn outer(&self) -> Vec<&Expr> {
        match &self.kind {
            BinderKind::Sum { from, to }
            | BinderKind::Product { from, to }
            | BinderKind::Integral { from, to } => {
                vec![from, to]
            }
            BinderKind::Derivative { order } => vec![order],
            BinderKind::Coefficient { index } => vec![index],
        }
    }

    /// Whether the variable is local to the body: that of a derivative stays free.
    fn is_local(&self) -> bool {
        !matches!(self.kind, BinderKind::Derivative { .. })
    }
}

impl Expr {
    /// The free variables, the bare names of activations among them.
    pub fn free_variables(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        self.collect_free(&mut names);
        names
    }

    fn collect_free(&self, names: &mut BTreeSet<String>) {
        match &self.kind {
            ExprKind::Name(name) => {
                names.insert(name.clone());
            }
            ExprKind::Binder(binder) => {
                let mut inner = binder.body.free_variables();
                if binder.is_local() {
                    inner.remove(&binder.variable);
                } else {
                    inner.insert(binder.variable.clone());
                }
                names.extend(inner);
                for expr in binder.outer() {
                    expr.collect_free(names);
                }
            }
            _ => {
                for child in self.children() {
                    child.collect_free(names);
                }
            }
        }
    }

    /// Whether `name` is free in the formula.
    pub fn contains_name(&self, name: &str) -> bool {
        self.free_variables().contains(name)
    }

    /// The formula with `value` in place of the free variable `name`.
    ///
    /// A derivative with respect to `name` is kept as it is: its body is a function of the
    /// variable, and the place of evaluation cannot be written inside it.
    #[must_use]
    pub fn substitute(&self, name: &str, value: &Expr) -> Expr {
        match &self.kind {
            ExprKind::Name(known) if known == name => Expr {
                kind: value.kind.clone(),
                span: self.span.clone(),
            },
            ExprKind::Binder(binder) if binder.variable == name => {
                let mut result = binder.as_ref().clone();
                match &mut result.kind {
                    BinderKind::Sum { from, to }
                    | BinderKind::Product { from, to }
                    | BinderKind::Integral { from, to } => {
                        *from = from.substitute(name, value);
                        *to = to.substitute(name, value);
                    }
                    BinderKind::Derivative { order } => *order = order.substitute(name, value),
                    BinderKind::Coefficient { index } => *index = index.substitute(name, value),
                }
                Expr {
                    kind: ExprKind::Binder(Box::new(result)),
                    span: self.span.clone(),
                }
            }
            _ => {
                let mut result = self.clone();
                for child in result.children_mut() {
                    *child = child.substitute(name, value);
                }
                result
            }
        }
    }

    /// The name of a call in the formula that `wanted` accepts, if there is one.
    pub fn find_call(&self, wanted: &dyn Fn(&str) -> bool) -> Option<String> {
        if let ExprKind::Call(call) = &self.kind
            && wanted(&call.name)
        {
            return Some(call.name.clone());
        }
        self.children()
            .into_iter()
            .find_map(|child| child.find_call(wanted))
    }
}

#[cfg(test)]
mod tests {
    use crate::formula::parse_expr;
    use crate::limits::Limits;

    fn expr(text: &str) -> crate::formula::Expr {
        parse_expr(text, &Limits::default()).unwrap()
    }

    #[test]
    fn bound_variables_are_not_free() {
        let free = expr("sum(k*t, k=1..n) + integral(u^2, u=0..u)").free_variables();
        assert_eq!(free.into_iter().collect::<Vec<_>>(), ["n", "t", "u"]);
        assert!(expr("diff(t^2, t)").contains_name("t"));
    }

    #[test]
    fn substitution_respects_binders() {
        let two = expr("2");
        assert_eq!(
            expr("sum(k*t, k=1..k)").substitute("k", &two),
            expr("sum(k*t, k=1..2)")
        );
        assert_eq!(
            expr("f(t)^t").substitute("t", &expr("1+x")),
            expr("f(1+x)^(1+x)")
        );
        assert_eq!(
            expr("coefficient(x*t, t, 1)").substitute("x", &two),
            expr("coefficient(2*t, t, 1)")
        );
    }
}
