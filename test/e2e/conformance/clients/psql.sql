-- psql 18: the workout; each line that it prints is one answer.
select 'simple ' || 42;
select 'extended ' || $1::text \bind 'schön' \g
select 'prepared ' || $1::int * $1::int \parse square
\bind_named square 1 \g
\bind_named square 2 \g
\bind_named square 3 \g
\startpipeline
select 'pipelined ' || $1::int \bind 1 \sendpipeline
select 'pipelined ' || $1::int \bind 4 \sendpipeline
select 'pipelined ' || $1::int \bind 9 \sendpipeline
\endpipeline
do $$ begin raise notice 'said'; end $$;
create temp table copied (n int);
\copy copied from program 'seq 5000'
\copy copied to program 'wc -l | tr -d "\n" | sed "s/^/copied /" && echo' 
listen bell;
notify bell, 'ding';
\lo_import /etc/hostname
select 'large object ' || (length(lo_get(:LASTOID)) > 0);
\o /dev/null
select n from generate_series(1, 100000) n;
\o
select 'rows ' || :ROW_COUNT;
\set long `printf %010485760d 0`
select 'long statement ' || length(:'long');
