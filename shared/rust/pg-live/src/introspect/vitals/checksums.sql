-- Without checksums a damaged page is believed.
SELECT false,
       'data checksums are off: a damaged page is not noticed',
       NULL::text
 WHERE pg_catalog.current_setting('data_checksums') = 'off'
