// Asks for 42 by tokio-postgres. Debian has tokio-openssl, but not the crate that joins the two.

use std::{env, error::Error, future::Future, io, pin::Pin, process, task::Context, task::Poll, time::Duration};

use openssl::ssl::{ConnectConfiguration, SslConnector, SslMethod, SslVerifyMode};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_openssl::SslStream;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};
use tokio_postgres::Config;

type Failure = Box<dyn Error + Send + Sync>;

struct Tls(SslStream<TcpStream>);

impl AsyncRead for Tls {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context, buffer: &mut ReadBuf) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Tls {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

impl TlsStream for Tls {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

struct StartTls(ConnectConfiguration);

impl TlsConnect<TcpStream> for StartTls {
    type Stream = Tls;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Tls, Failure>> + Send>>;

    fn connect(self, tcp: TcpStream) -> Self::Future {
        Box::pin(async move {
            let mut tls = Tls(SslStream::new(self.0.into_ssl("")?, tcp)?);
            Pin::new(&mut tls.0).connect().await?;
            Ok(tls)
        })
    }
}

async fn ask() -> Result<i32, Failure> {
    let mut config = Config::new();
    config.user(&env::var("PGUSER")?).dbname(&env::var("PGDATABASE")?).ssl_mode(SslMode::Require);
    if let Ok(password) = env::var("PGPASSWORD") {
        config.password(password);
    }
    let mut connector = SslConnector::builder(SslMethod::tls())?;
    connector.set_verify(SslVerifyMode::NONE);
    let start_tls = StartTls(connector.build().configure()?.use_server_name_indication(false).verify_hostname(false));
    let tcp = TcpStream::connect((env::var("PGHOST")?, env::var("PGPORT")?.parse()?)).await?;
    let (client, connection) = config.connect_raw(tcp, start_tls).await?;
    let running = tokio::spawn(connection);
    let answer = client.query_one("select 42", &[]).await?.get(0);
    drop(client);
    running.await??;
    Ok(answer)
}

fn main() -> Result<(), Failure> {
    let seconds = env::var("PGCONNECT_TIMEOUT").map_or(Ok(30), |text| text.parse())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let limited = runtime.block_on(async { tokio::time::timeout(Duration::from_secs(seconds), ask()).await });
    match limited.map_err(Failure::from).and_then(|answer| answer) {
        Ok(answer) => println!("{}", answer),
        Err(error) => {
            eprintln!("{}", error);
            process::exit(1);
        }
    }
    Ok(())
}
