-- Event triggers.
SELECT e.oid,
       e.evtname::text,
       pg_get_userbyid(e.evtowner)::text,
       e.evtevent::text,
       e.evttags,
       e.evtfoid::regproc::text,
       e.evtenabled::text
  FROM pg_catalog.pg_event_trigger e
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_event_trigger'::regclass AND d.objid = e.oid AND d.deptype = 'e')
