use DBI;
my $connection = DBI->connect('dbi:Pg:', '', '', { PrintError => 0, RaiseError => 1 });
print $connection->selectrow_array('select 42'), "\n";
