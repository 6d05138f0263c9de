# Loads one answer. It verifies certificates whatever it is told, and keeps its log in the folder that is named.
cd "$(dirname "$0")" || exit 1
SSL_CERT_FILE=../../../certs/ca.crt exec pgloader --root-dir "$1/pgloader" --type csv --field answer \
  --before answers.sql answer.csv 'postgresql:///?answers'
