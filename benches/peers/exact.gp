\\ The jobs of benches/exact.rs in PARI: gp -q benches/peers/exact.gp
\\ Each job is timed over several runs; the mean is printed in milliseconds.
default(parisizemax, 2^31);

\\ Forms of all J(a,b), b <= a <= n, by integration by parts. Polynomials in c; the pair [A, B]
\\ for a+b even, R for a+b odd, kept apart so that each entry is a plain polynomial.
forms(n) =
{
  my(A = matrix(n+1, n+1), B = matrix(n+1, n+1), R = matrix(n+1, n+1), c = 'c, w, ds);
  B[1,1] = 1; R[2,1] = R[1,2] = 1 + c; A[2,2] = 1; B[2,2] = c;
  ds = vector(n+1);                   \\ (a-2)!! (1-c^2)^floor((a-1)/2) of the boundary term
  if (n >= 1, ds[2] = 1); if (n >= 2, ds[3] = 1);
  for (a = 2, n,
    if (a >= 3, ds[a+1] = (a-2)*(1-c^2)*ds[a-1]);
    for (b = 0, a,
      if ((a+b)%2 == 0,
        if (b == 0,
          A[a+1,1] = (a-1)*A[a-1,1] + c*ds[a+1]; B[a+1,1] = (a-1)*B[a-1,1],
          A[a+1,b+1] = (a-1)*A[a-1,b+1] + b*c*A[a,b];
          B[a+1,b+1] = (a-1)*B[a-1,b+1] + b*c*B[a,b]);
        A[b+1,a+1] = A[a+1,b+1]; B[b+1,a+1] = B[a+1,b+1],
        if (b == 0,
          R[a+1,1] = (a-1)*R[a-1,1] + c*ds[a+1],
          R[a+1,b+1] = (a-1)*R[a-1,b+1] + b*c*R[a,b]);
        R[b+1,a+1] = R[a+1,b+1])));
  [A, B, R];
}

\\ The same with one parity stored: polynomials in x = c^2. First part B or the part of R with the
\\ parity of b, second part A or the part of R with the parity of a.
formshalf(n) =
{
  my(U = matrix(n+1, n+1), V = matrix(n+1, n+1), x = 'x, ds, p, q, u, v);
  U[1,1] = 1; U[2,1] = 1; V[2,1] = 1; U[2,2] = 1; V[2,2] = 1;
  ds = vector(n+1); if (n >= 1, ds[2] = 1); if (n >= 2, ds[3] = 1);
  for (a = 2, n,
    if (a >= 3, ds[a+1] = (a-2)*(1-x)*ds[a-1]);
    U[a+1,1] = (a-1)*U[a-1,1]; V[a+1,1] = (a-1)*V[a-1,1] + ds[a+1];
    for (b = 1, a,
      if (b == a, u = U[a+1,a-1]; v = V[a+1,a-1],
          b == a-1, u = V[a,a-1]; v = U[a,a-1],
          u = U[a-1,b+1]; v = V[a-1,b+1]);
      q = if ((a+b)%2, a%2, (a+1)%2);
      U[a+1,b+1] = (a-1)*u + b*if (b%2, U[a,b], x*U[a,b]);
      V[a+1,b+1] = (a-1)*v + b*if (q, V[a,b], x*V[a,b])));
  [U, V];
}

\\ Bessel numbers of the second kind by number of pairs, all rows up to n, two rows kept:
\\ T(n,k) = T(n-1,k) + (n-1) T(n-2,k-1), the rows as polynomials in y.
triangle(n) =
{
  my(r0 = 1, r1 = 1, r2);
  for (m = 2, n, r2 = r1 + (m-1)*'y*r0; r0 = r1; r1 = r2);
  r1;
}

\\ The same with the rows as vectors.
trianglevector(n) =
{
  my(r0 = [1], r1 = [1], r2);
  for (m = 2, n,
    r2 = concat([0], (m-1)*r0);
    if (#r1 < #r2, r1 = concat(r1, [0]));
    r2 = r1 + r2; r0 = if (m%2, r1, r1[1..#r1-1]); r1 = r2);
  r1;
}

clock(name, runs, job) =
{
  my(t);
  job(); gettime(); t = getwalltime();
  for (i = 1, runs, job());
  printf("%-40s %9.3f ms\n", name, (getwalltime() - t)/runs*1.);
}

{
  my(F = forms(12), H = formshalf(12), n = 12);
  for (a = 0, n, for (b = 0, a,
    if ((a+b)%2 == 0,
      if (subst(H[1][a+1,b+1], 'x, 'c^2)*'c^(b%2) != F[2][a+1,b+1]
          || subst(H[2][a+1,b+1], 'x, 'c^2)*'c^((a+1)%2) != F[1][a+1,b+1], error("forms differ")),
      if (subst(H[1][a+1,b+1], 'x, 'c^2)*'c^(b%2) + subst(H[2][a+1,b+1], 'x, 'c^2)*'c^(a%2)
          != F[3][a+1,b+1], error("forms differ")))));
  if (F[1][6,6] != 274*'c^4 + 607*'c^2 + 64, error("A(5,5) is wrong"));
  if (Vecrev(triangle(30)) != trianglevector(30), error("triangles differ"));
}
clock("forms, a,b <= 60, full polynomials", 50, () -> forms(60));
clock("forms, a,b <= 60, one parity", 50, () -> formshalf(60));
clock("Bessel triangle, n <= 2000, polynomials", 5, () -> triangle(2000));
clock("Bessel triangle, n <= 2000, vectors", 5, () -> trianglevector(2000));
quit
