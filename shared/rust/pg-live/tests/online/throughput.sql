CREATE TABLE public.p (id bigint PRIMARY KEY);
INSERT INTO public.p SELECT g FROM generate_series(1, 200000) g;
CREATE TABLE public.t (id bigint PRIMARY KEY, a int, w int, p_id bigint, c text, u uuid);
INSERT INTO public.t
SELECT g, g % 1000, g, g % 200000 + 1, md5(g::text) || md5((g + 1)::text) || md5((g + 2)::text),
       gen_random_uuid()
  FROM generate_series(1, 1000000) g;
ANALYZE public.p, public.t;
