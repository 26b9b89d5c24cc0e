CREATE AGGREGATE low(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal,
    SSPACE = 64, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE AGGREGATE moving(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0',
    MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = int, MINITCOND = '0', SORTOP = >);
