-- Every large object in slices of 256 KiB, as content/large_objects.rs cuts
-- them: the whole of one may be too much for one value.
SELECT o.oid, slice.number, pg_catalog.lo_get(o.oid, slice.number * 262144, 262144)
  FROM (SELECT m.oid,
               pg_catalog.lo_lseek64(pg_catalog.lo_open(m.oid, 262144), 0, 2) AS bytes
          FROM pg_catalog.pg_largeobject_metadata m) o,
       LATERAL pg_catalog.generate_series(0, greatest(o.bytes - 1, 0) / 262144) AS slice (number)
