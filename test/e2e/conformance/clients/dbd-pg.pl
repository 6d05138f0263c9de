# DBD::Pg, by libpq's environment: does the workout and prints what came of it.

use strict;
use warnings;
use utf8;
use DBI;
use DBD::Pg qw(:async);
use JSON::PP;

my %results;
local $SIG{__WARN__} = sub {
    my ($text) = @_;
    print STDERR $text;
    $results{noticed} = $1 if $text =~ /(said)/;
};
my $database = DBI->connect('dbi:Pg:', '', '', { RaiseError => 1, AutoCommit => 1, PrintError => 0 });

sub only { my ($sql, @values) = @_; return ($database->selectrow_array($sql, undef, @values))[0]; }

$results{simple} = 0 + $database->selectrow_array('select 42', { pg_server_prepare => 0 });
$results{extended} = only('select ?::text', "sch\x{f6}n");
my $square = $database->prepare('select $1::int * $1::int', { pg_prepare_now => 1 });
$results{prepared} = [map { $square->execute($_); 0 + ($square->fetchrow_array)[0] } 1 .. 3];
$database->do(q{do $$ begin raise notice 'said'; end $$});
$database->do('create temp table copied (n int)');
$database->do('copy copied from stdin');
$database->pg_putcopydata("$_\n") for 1 .. 5000;
$database->pg_putcopyend;
$database->do('copy copied to stdout');
my $line;
$results{copied} = 0;
$results{copied}++ while $database->pg_getcopydata($line) >= 0;
$database->do('listen bell');
$database->do(q{notify bell, 'ding'});
$results{notified} = $database->pg_notifies->[2];
$database->begin_work;
my $id = $database->pg_lo_creat($database->{pg_INV_READ} | $database->{pg_INV_WRITE});
my $large = $database->pg_lo_open($id, $database->{pg_INV_READ} | $database->{pg_INV_WRITE});
$database->pg_lo_write($large, 'x' x 300_000, 300_000);
$database->pg_lo_lseek($large, 0, 0);
my $bytes = '';
$database->pg_lo_read($large, $bytes, 400_000);
$results{largeObject} = length $bytes;
$database->commit;
$database->do('select pg_sleep(60)', { pg_async => PG_ASYNC });
# A cancel that overtakes its query is lost, with any Postgres.
select undef, undef, undef, 1;
$database->pg_cancel;
$results{canceled} = $database->state;
$results{rows} = scalar @{ $database->selectall_arrayref('select n from generate_series(1, 100000) n') };
$results{longStatement} = 0 + only("select length('" . 'x' x 10_485_760 . "')");
$database->disconnect;
print JSON::PP->new->utf8->encode(\%results);
