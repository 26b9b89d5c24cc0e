-- Owner, connection limit, comment, privileges and settings of this database.
SELECT pg_get_userbyid(d.datdba),
       d.datconnlimit,
       shobj_description(d.oid, 'pg_database'),
       (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(d.datacl) a),
       (SELECT string_agg(s.setrole::regrole || ' ' || item, ' ' ORDER BY s.setrole, item)
          FROM pg_db_role_setting s, unnest(s.setconfig) item
         WHERE s.setdatabase = d.oid)
  FROM pg_database d
 WHERE d.datname = current_database()
