CREATE TABLE public.t ("A" text, b timestamptz, title text NOT NULL,
    content text, touched int NOT NULL DEFAULT 0, PRIMARY KEY ("A", b));
INSERT INTO public.t SELECT 'it''s \ ' || g % 7 || E'\n',
       timestamptz 'epoch' + g * interval '1.000001 s', 'T' || g
  FROM generate_series(1, 9000) g;
