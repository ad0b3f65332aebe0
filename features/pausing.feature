Feature: Pausing
  Whoever operates the service can pause a channel, as while a relay moves or a template is wrong.
  Nothing is lost by it: what comes is accepted, and told when the channel is resumed.

  Rule: A paused channel tells nobody

    Scenario: Newcomers wait
      Given Linus has paused emails, as "the relay moves"
      When Ada is told by email of the event "order-1"
      And 1 hour passes
      Then Ada has received nothing
      And the email of "order-1" waits for its channel to be resumed

    Scenario: What was to be tried again waits too
      Given the mail provider is busy for 1 attempt
      And Ada was told by email of the event "order-1"
      And Linus has paused emails, as "the relay moves"
      When 1 hour passes
      Then the mail provider has been asked once

    Scenario: What was meant for a later hour waits too
      Given Ada was told by email of an event that may be told in 10 minutes
      And Linus has paused emails, as "the relay moves"
      When 1 hour passes
      Then Ada has received nothing

    Scenario: Whoever works
      Given Linus has paused emails, as "the relay moves"
      And the worker has died
      When Ada is told by email that "Your parcel has arrived"
      Then Ada has received nothing

  Rule: Once it is resumed, what was accepted is told

    Scenario: Newcomers are told in their order
      Given Linus has paused emails, as "the relay moves"
      And Ada was told 3 things by email
      And 1 hour passes
      When Linus resumes emails
      Then Ada has received 3 emails
      And Ada has received them in the order in which they were published

    Scenario: What was to be tried again is
      Given the mail provider is busy for 1 attempt
      And Ada was told by email of the event "order-1"
      And Linus has paused emails, as "the relay moves"
      And 1 hour passes
      When Linus resumes emails
      Then the email of "order-1" was sent at attempt 2

    Scenario: Who has waited is not told more than the rate rule allows
      Given Linus has paused emails, as "the relay moves"
      And Ada was told 12 things by email
      When Linus resumes emails
      Then Ada has received 10 emails

    Scenario: Not before its hour
      Given Linus has paused emails, as "the relay moves"
      And Ada was told by email of an event that may be told in 10 minutes
      When Linus resumes emails
      Then Ada has received nothing

  Rule: The other channel goes on

    Scenario: Emails are paused, SMS are not
      Given Linus has paused emails, as "the relay moves"
      When Hedy is told by email and SMS that "Your parcel has arrived"
      Then Hedy has received 1 SMS
      And Hedy has received 0 emails

  Rule: What has expired meanwhile is not told

    Scenario: Its time passes during the pause
      Given Linus has paused emails, as "the relay moves"
      And Ada was told by email of the event "sale" that expires in 60 seconds
      And 60 seconds pass
      When Linus resumes emails
      Then Ada has received nothing
      And the email of "sale" has failed as expired

    Scenario: It is resumed just in time
      Given Linus has paused emails, as "the relay moves"
      And Ada was told by email of the event "sale" that expires in 60 seconds
      And 59 seconds pass
      When Linus resumes emails
      Then Ada has received 1 email

  Rule: The first pause stands until the channel is resumed

    Scenario: It is paused twice
      Given Linus has paused emails, as "the relay moves"
      When Grace pauses emails, as "a wrong template"
      Then emails are paused by Linus, as "the relay moves"

    Scenario: Once is enough to resume it
      Given Linus has paused emails, as "the relay moves"
      And Grace has paused emails, as "a wrong template"
      When Linus resumes emails
      And Ada is told by email that "Your parcel has arrived"
      Then Ada has received 1 email

    Scenario: It is resumed though it was never paused
      When Linus resumes emails
      Then nobody has switched a channel, as far as the records say

  Rule: Who paused and resumed a channel, and why, is kept

    Scenario: After both
      Given Linus has paused emails, as "the relay moves"
      And Grace has paused emails, as "a wrong template"
      When Grace resumes emails
      Then the records say that Linus paused emails, as "the relay moves"
      And the records say that Grace resumed emails
      And the records say nothing else about emails
